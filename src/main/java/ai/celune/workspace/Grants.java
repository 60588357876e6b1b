package ai.celune.workspace;

import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** What must hold before somebody gets or loses a role. */
@ApplicationScoped
class Grants {
    private final EntityManager entities;
    private final CurrentRequest request;
    private final Quotas quotas;
    private final Clock clock;

    Grants(EntityManager entities, CurrentRequest request, Quotas quotas, Clock clock) {
        this.entities = entities;
        this.request = request;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Refuses to hand out or take away a role with more rights than the caller's own (R23). */
    void requireHeld(String role) {
        requireHeld(
                RoleMatrix.roles().contains(role)
                        ? RoleMatrix.permissions(role)
                        : own(role).permissions());
    }

    /** The same of single permissions. */
    void requireHeld(Set<String> permissions) {
        if (!request.requireActor().permissions().containsAll(permissions)) {
            throw new Problem(WorkspaceErrors.ROLE_NOT_HELD);
        }
    }

    /** A role of the workspace, which nobody changes or deletes while it is given to somebody. */
    private Role own(String name) {
        return entities.createQuery("from Role where name = :name", Role.class)
                .setParameter("name", name)
                .setLockMode(LockModeType.PESSIMISTIC_READ)
                .getResultStream()
                .findFirst()
                .orElseThrow(() -> Problem.invalid("/role", "unknown_role", "must be a role of the workspace"));
    }

    /** Whether somebody has the role, or may join with it. */
    boolean isTaken(String role) {
        Number invited = (Number) entities.createQuery("select count(i) from Invitation i where i.role = :role"
                        + " and i.acceptedAt is null and i.expiresAt > :now")
                .setParameter("role", role)
                .setParameter("now", clock.instant())
                .getSingleResult();
        return invited.longValue() > 0 || !holders(role).isEmpty();
    }

    /** People and service accounts that have the role. */
    List<UUID> holders(String role) {
        return Stream.of(
                        "select m.userId from Membership m where m.role = :role",
                        "select s.id from ServiceAccount s where s.role = :role and s.removedAt is null")
                .flatMap(query -> entities.createQuery(query, UUID.class)
                        .setParameter("role", role)
                        .getResultStream())
                .toList();
    }

    /** Refuses one member more than the quota. */
    void requireRoom() {
        if (!quotas.haveRoom(QuotaConfig::members, this::members)) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
    }

    private long members() {
        Number members = (Number) entities.createQuery("select (select count(m) from Membership m)"
                        + " + (select count(s) from ServiceAccount s where s.removedAt is null)"
                        + " + (select count(i) from Invitation i where i.acceptedAt is null and i.expiresAt > :now)")
                .setParameter("now", clock.instant())
                .getSingleResult();
        return members.longValue();
    }
}
