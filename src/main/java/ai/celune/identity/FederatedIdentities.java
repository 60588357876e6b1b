package ai.celune.identity;

import ai.celune.audit.AuditLog;
import ai.celune.tenancy.Scope;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.UUID;

/** Who a provider's person is here. An identity belongs to one account for good. */
@ApplicationScoped
class FederatedIdentities {
    private final EntityManager entities;
    private final IdentityLookups lookups;
    private final AuditLog audit;
    private final Scope scope;
    private final Clock clock;

    FederatedIdentities(EntityManager entities, IdentityLookups lookups, AuditLog audit, Scope scope, Clock clock) {
        this.entities = entities;
        this.lookups = lookups;
        this.audit = audit;
        this.scope = scope;
        this.clock = clock;
    }

    /** Lets a person who has an account sign in at a provider too, on an operator's word; repeating it is harmless. */
    void link(UUID userId, LinkIdentity wanted) {
        boolean linked = lookups.identity(wanted.issuer(), wanted.subject())
                .map(known -> known.userId().equals(userId))
                .orElse(false);
        if (!linked) {
            scope.asPlatform(() -> {
                if (entities.find(Account.class, userId) == null) {
                    throw new NotFound();
                }
                store(wanted.issuer(), wanted.subject(), userId);
                audit.recordForOperators(new IdentityEvents.IdentityLinked(userId, wanted.issuer(), wanted.subject()));
                return userId;
            });
        }
    }

    /** @throws Problem {@code identity_taken} when the identity is somebody's, perhaps since a moment ago */
    @Transactional(Transactional.TxType.MANDATORY)
    void store(String issuer, String subject, UUID userId) {
        int stored = entities.createNativeQuery("insert into federated_identity (issuer, subject, user_id, linked_at)"
                        + " values (:issuer, :subject, :user, :now) on conflict do nothing")
                .setParameter("issuer", issuer)
                .setParameter("subject", subject)
                .setParameter("user", userId)
                .setParameter("now", clock.instant())
                .executeUpdate();
        if (stored == 0) {
            throw new Problem(IdentityErrors.IDENTITY_TAKEN);
        }
    }
}
