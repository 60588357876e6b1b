package ai.celune.workspace;

import ai.celune.audit.AuditHistory;
import ai.celune.audit.AuditLog;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Roles that the workspace defines. Nobody puts a permission into one, or takes one out, that they do not hold (R23). */
@ApplicationScoped
@Transactional
class Roles implements PanacheRepositoryBase<Role, UUID> {
    private final Grants grants;
    private final Quotas quotas;
    private final AuditLog audit;
    private final AuditHistory history;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final Clock clock;

    Roles(
            Grants grants,
            Quotas quotas,
            AuditLog audit,
            AuditHistory history,
            CurrentRequest request,
            Event<CredentialEnded> ended,
            Clock clock) {
        this.grants = grants;
        this.quotas = quotas;
        this.audit = audit;
        this.history = history;
        this.request = request;
        this.ended = ended;
        this.clock = clock;
    }

    /**
     * A role as it is shown.
     *
     * @param version for the entity tag; a built-in role never changes
     */
    record Shown(int version, RoleView view) {}

    Role create(CreateRole wanted) {
        grants.requireHeld(known(wanted.permissions()));
        if (!quotas.haveRoom(QuotaConfig::roles, this::count)) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
        if (RoleMatrix.roles().contains(wanted.name()) || count("name", wanted.name()) > 0) {
            throw new Problem(ErrorCode.CONFLICT, "a role of this name exists");
        }
        Role created = new Role(
                wanted.name(),
                wanted.permissions(),
                request.requireActor().principal().id(),
                clock.instant());
        persist(created);
        audit.record(new WorkspaceEvents.RoleCreated(
                created.id(), created.name(), created.view().permissions()));
        return created;
    }

    /** The built-in ones, whose ids are the smallest, then the workspace's own. */
    List<RoleView> list(@Nullable UUID after, int limit) {
        UUID from = after == null ? new UUID(0, 0) : after;
        Stream<RoleView> builtIn =
                RoleMatrix.builtIn().stream().filter(role -> role.id().compareTo(from) > 0);
        Stream<RoleView> own =
                find("id > ?1 order by id", from).page(0, limit + 1).stream().map(Role::view);
        return Stream.concat(builtIn, own).limit(limit + 1L).toList();
    }

    Shown show(UUID id) {
        return builtIn(id).map(role -> new Shown(0, role)).orElseGet(() -> shown(get(id)));
    }

    Shown change(UUID id, ChangePermissions wanted, @Nullable String ifMatch) {
        refuseBuiltIn(id);
        Role role = get(id);
        ETag.require(ifMatch, role.version());
        Set<String> before = role.permissions();
        Set<String> after = wanted.permissions() == null ? before : known(wanted.permissions());
        grants.requireHeld(before);
        grants.requireHeld(after);
        if (!after.equals(before)) {
            List<String> formerly = role.view().permissions();
            role.allow(after);
            audit.record(new WorkspaceEvents.RolePermissionsChanged(
                    id, role.name(), formerly, role.view().permissions()));
            flush();
            if (!after.containsAll(before)) {
                endOpenCalls(role.name());
            }
        }
        return shown(role);
    }

    /** Repeating it is harmless. */
    void delete(UUID id) {
        refuseBuiltIn(id);
        Optional<Role> found = findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
        if (found.isEmpty() && history.tells("role.deleted", id)) {
            return;
        }
        Role role = found.orElseThrow(NotFound::new);
        grants.requireHeld(role.permissions());
        if (grants.isTaken(role.name())) {
            throw new Problem(WorkspaceErrors.ROLE_IN_USE);
        }
        delete(role);
        flush();
        audit.record(new WorkspaceEvents.RoleDeleted(id, role.name()));
    }

    private Role get(UUID id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).orElseThrow(NotFound::new);
    }

    private static Shown shown(Role role) {
        return new Shown(role.version(), role.view());
    }

    private static Optional<RoleView> builtIn(UUID id) {
        return RoleMatrix.builtIn().stream()
                .filter(role -> role.id().equals(id))
                .findFirst();
    }

    private static void refuseBuiltIn(UUID id) {
        if (builtIn(id).isPresent()) {
            throw new Problem(WorkspaceErrors.ROLE_BUILT_IN);
        }
    }

    /** What makes an owner belongs to owners alone. */
    private static Set<String> known(Set<String> wanted) {
        if (wanted.contains(WorkspacePermissions.OWN) || !RoleMatrix.all().containsAll(wanted)) {
            throw Problem.invalid(
                    "/permissions", "unknown_permission", "holds a permission that no such role can have");
        }
        return wanted;
    }

    /** What they have open began with rights that the role gave them then. */
    private void endOpenCalls(String role) {
        UUID workspace = request.requireActor().workspace();
        grants.holders(role).forEach(holder -> ended.fire(CredentialEnded.inWorkspace(workspace, holder)));
    }
}
