package ai.celune.workspace;

import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;

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
        if (!request.requireActor().permissions().containsAll(RoleMatrix.permissions(role))) {
            throw new Problem(WorkspaceErrors.ROLE_NOT_HELD);
        }
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
