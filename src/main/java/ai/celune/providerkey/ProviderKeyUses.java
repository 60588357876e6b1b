package ai.celune.providerkey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.provider.Catalogue;
import ai.celune.provider.Clearance;
import ai.celune.provider.Gate;
import ai.celune.provider.Provider;
import ai.celune.security.Actor;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The three steps of a use: committed to the log, opened, completed in the log. */
@ApplicationScoped
public class ProviderKeyUses {
    private static final int LONGEST_PATH = 512;

    private final EntityManager entities;
    private final Catalogue catalogue;
    private final Gate gate;
    private final Sealer sealer;
    private final AuditLog audit;
    private final AuditQueue completions;
    private final Scope scope;
    private final Clock clock;

    ProviderKeyUses(
            EntityManager entities,
            Catalogue catalogue,
            Gate gate,
            Sealer sealer,
            AuditLog audit,
            AuditQueue completions,
            Scope scope,
            Clock clock) {
        this.entities = entities;
        this.catalogue = catalogue;
        this.gate = gate;
        this.sealer = sealer;
        this.audit = audit;
        this.completions = completions;
        this.scope = scope;
        this.clock = clock;
    }

    /**
     * Picks the one key of the provider that the caller may use and commits the use. Nothing has left yet.
     *
     * @param wanted the key that the caller named; null to take the only one that fits
     * @param longest after which the call has ended, whatever happens to it
     * @throws Problem {@code provider_key_missing}, {@code provider_key_ambiguous}, {@code secret_shredded} while the workspace is being deleted, 404 for a foreign id, 403 for one that is not bound, and those of {@link Gate#require}
     */
    public UsableKey begin(
            Actor actor,
            Origin origin,
            Provider provider,
            @Nullable UUID wanted,
            String method,
            String path,
            Duration longest) {
        return scope.asWorkspace(actor.workspace(), () -> {
            Picked picked = pick(actor, provider.name(), wanted);
            if (picked.deletesAt() != null) {
                throw new Problem(ErrorCode.SECRET_SHREDDED);
            }
            ProviderKey key = picked.key();
            String host = URI.create(key.baseUrl()).getHost();
            String policy = gate.require(provider, host, picked.decided(), key.attestation());
            if (key.quarantined()) {
                throw new Problem(ErrorCode.SECRET_INTEGRITY);
            }
            UUID use = Ids.next();
            audit.recordBeginning(
                    origin,
                    new ProviderKeyEvents.Used(
                            key.id(),
                            use,
                            provider.name(),
                            policy,
                            key.valueVersion(),
                            method,
                            host,
                            path.substring(0, Math.min(path.length(), LONGEST_PATH))),
                    use,
                    longest);
            return new UsableKey(
                    key.id(),
                    use,
                    actor.workspace(),
                    provider,
                    key.baseUrl(),
                    key.position(),
                    key.sealed(),
                    key.binding(actor.workspace(), key.valueVersion()));
        });
    }

    /** The provider of a key. @throws NotFound for a foreign id */
    public Provider providerOf(UUID id) {
        ProviderKey key = entities.find(ProviderKey.class, id);
        return catalogue.find(key == null ? "" : key.provider()).orElseThrow(NotFound::new);
    }

    /** With what the operator has decided about its provider and the end of its workspace, in one statement. */
    private record Picked(
            ProviderKey key,
            @Nullable Clearance decided,
            @Nullable Instant deletesAt) {
        private static final String QUERY = "select key, decided, w.deletesAt from ProviderKey key"
                + " join Workspace w on w.id = key.workspaceId"
                + " left join Clearance decided on decided.provider = key.provider where key.provider = :provider";

        static Picked of(Object[] row) {
            return new Picked((ProviderKey) row[0], (Clearance) row[1], (Instant) row[2]);
        }
    }

    private Picked pick(Actor actor, String provider, @Nullable UUID wanted) {
        Set<UUID> bindings = actor.bindings();
        if (wanted != null) {
            Picked named = entities.createQuery(Picked.QUERY + " and key.id = :id", Object[].class)
                    .setParameter("provider", provider)
                    .setParameter("id", wanted)
                    .getResultStream()
                    .map(Picked::of)
                    .findFirst()
                    .orElseThrow(NotFound::new);
            if (bindings != null && !bindings.contains(wanted)) {
                throw new Problem(ErrorCode.PERMISSION_DENIED, "the API key is not bound to this provider key");
            }
            return named;
        }
        TypedQuery<Object[]> query = entities.createQuery(
                        Picked.QUERY + (bindings == null ? "" : " and array_contains(:bindings, key.id)"),
                        Object[].class)
                .setParameter("provider", provider);
        if (bindings != null) {
            // One array: with a list of parameters Hibernate keeps no plan.
            query.setParameter("bindings", bindings.toArray(UUID[]::new));
        }
        List<Object[]> fitting = query.setMaxResults(2).getResultList();
        if (fitting.isEmpty()) {
            throw new Problem(ProviderKeyErrors.MISSING);
        }
        if (fitting.size() > 1) {
            throw new Problem(ProviderKeyErrors.AMBIGUOUS);
        }
        return Picked.of(fitting.getFirst());
    }

    /** Opens the value; the caller closes it. A value that fails its integrity check takes the key out of use. */
    public Secret open(UsableKey key) {
        try {
            return sealer.open(key.binding(), key.sealed());
        } catch (SecretIntegrityException e) {
            quarantine(key);
            throw e;
        }
    }

    /** Only the value that failed, for a newer one may be fine; and once, however many calls met it at the same time. */
    private void quarantine(UsableKey key) {
        scope.asWorkspace(key.workspace(), () -> {
            int quarantined = entities.createQuery("update versioned ProviderKey set quarantinedAt = :now"
                            + " where id = :id and sealed = :sealed and quarantinedAt is null")
                    .setParameter("now", clock.instant())
                    .setParameter("id", key.id())
                    .setParameter("sealed", key.sealed())
                    .executeUpdate();
            if (quarantined == 1) {
                audit.record(new ProviderKeyEvents.IntegrityFailed(
                        key.id(), key.binding().valueVersion()));
            }
            return key;
        });
    }

    /** Appends how the use ended; completes when that is durable. A use without it ends as unknown. */
    public CompletionStage<Void> complete(UsableKey key, Origin origin, ProviderKeyEvents.UseCompleted completed) {
        return completions.end(key.workspace(), origin, completed, key.use());
    }
}
