package ai.celune.workspace;

import ai.celune.audit.AuditLog;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.web.NotFound;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Non-human members. */
@ApplicationScoped
@Transactional
class ServiceAccounts implements PanacheRepositoryBase<ServiceAccount, UUID> {
    private final Grants grants;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Event<PrincipalRemoved> removed;
    private final Event<CredentialEnded> ended;
    private final Clock clock;

    ServiceAccounts(
            Grants grants,
            AuditLog audit,
            CurrentRequest request,
            Event<PrincipalRemoved> removed,
            Event<CredentialEnded> ended,
            Clock clock) {
        this.grants = grants;
        this.audit = audit;
        this.request = request;
        this.removed = removed;
        this.ended = ended;
        this.clock = clock;
    }

    ServiceAccount create(CreateServiceAccount wanted) {
        grants.requireHeld(wanted.role());
        grants.requireRoom();
        ServiceAccount created = new ServiceAccount(
                wanted.name().strip(),
                wanted.role(),
                request.requireActor().principal().id(),
                clock.instant());
        persist(created);
        audit.record(new WorkspaceEvents.ServiceAccountCreated(created.id(), created.role()));
        return created;
    }

    List<ServiceAccount> list(@Nullable UUID after, int limit) {
        return find("id > ?1 order by id", after == null ? new UUID(0, 0) : after)
                .page(0, limit + 1)
                .list();
    }

    ServiceAccount get(UUID id) {
        return findByIdOptional(id).orElseThrow(NotFound::new);
    }

    /** Refuses an account that is not here any more, or with rights that the caller does not hold. */
    void requireHeir(UUID id) {
        ServiceAccount heir =
                find("id = ?1 and removedAt is null", id).firstResultOptional().orElseThrow(NotFound::new);
        grants.requireHeld(heir.role());
    }

    /** Its keys are revoked; repeating it is harmless. */
    void remove(UUID id) {
        ServiceAccount account = get(id);
        grants.requireHeld(account.role());
        if (account.remove(clock.instant())) {
            audit.record(new WorkspaceEvents.ServiceAccountRemoved(id));
            removed.fire(new PrincipalRemoved(id, null));
            ended.fire(CredentialEnded.everywhere(id));
        }
    }
}
