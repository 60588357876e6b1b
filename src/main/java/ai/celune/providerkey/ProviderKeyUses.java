package ai.celune.providerkey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.security.Actor;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The three steps of a use: committed to the log, opened, completed in the log. */
@ApplicationScoped
public class ProviderKeyUses {
    private static final int LONGEST_PATH = 512;
    /** Until the end of a use is surely stored; also for clocks of replicas that differ. */
    private static final Duration GRACE = Duration.ofMinutes(2);

    private final EntityManager entities;
    private final Sealer sealer;
    private final AuditLog audit;
    private final AuditQueue completions;
    private final Scope scope;
    private final Clock clock;

    ProviderKeyUses(
            EntityManager entities, Sealer sealer, AuditLog audit, AuditQueue completions, Scope scope, Clock clock) {
        this.entities = entities;
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
     * @throws Problem {@code provider_key_missing}, {@code provider_key_ambiguous}, 404 for a foreign id, 403 for one that is not bound
     */
    public UsableKey begin(
            Actor actor,
            Origin origin,
            String provider,
            @Nullable UUID wanted,
            String method,
            String path,
            Duration longest) {
        return scope.asWorkspace(actor.workspace(), () -> {
            ProviderKey key = pick(actor, provider, wanted);
            if (key.quarantined()) {
                throw new Problem(ErrorCode.SECRET_INTEGRITY);
            }
            UUID use = Ids.next();
            audit.recordBeginning(
                    origin,
                    new ProviderKeyEvents.Used(
                            key.id(),
                            use,
                            provider,
                            key.valueVersion(),
                            method,
                            URI.create(key.baseUrl()).getHost(),
                            path.substring(0, Math.min(path.length(), LONGEST_PATH))),
                    use,
                    clock.instant().plus(longest).plus(GRACE));
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

    private ProviderKey pick(Actor actor, String provider, @Nullable UUID wanted) {
        List<ProviderKey> keys = entities.createQuery(
                        "from ProviderKey where provider = :provider order by id", ProviderKey.class)
                .setParameter("provider", provider)
                .getResultList();
        if (wanted != null) {
            ProviderKey named = keys.stream()
                    .filter(key -> key.id().equals(wanted))
                    .findFirst()
                    .orElseThrow(NotFound::new);
            if (!bound(actor, named)) {
                throw new Problem(ErrorCode.PERMISSION_DENIED, "the API key is not bound to this provider key");
            }
            return named;
        }
        List<ProviderKey> fitting =
                keys.stream().filter(key -> bound(actor, key)).toList();
        if (fitting.isEmpty()) {
            throw new Problem(ProviderKeyErrors.MISSING);
        }
        if (fitting.size() > 1) {
            throw new Problem(ProviderKeyErrors.AMBIGUOUS);
        }
        return fitting.getFirst();
    }

    private static boolean bound(Actor actor, ProviderKey key) {
        return actor.bindings() == null || actor.bindings().contains(key.id());
    }

    /** Opens the value; the caller closes it. A value that fails its integrity check takes the key out of use. */
    public Secret open(UsableKey key) {
        try {
            return sealer.open(key.binding(), key.sealed());
        } catch (SecretIntegrityException e) {
            scope.asWorkspace(key.workspace(), () -> {
                ProviderKey stored = entities.find(ProviderKey.class, key.id());
                // Only the value that failed: a newer one may be fine.
                if (stored != null && stored.sealed().equals(key.sealed())) {
                    stored.quarantine(clock.instant());
                }
                audit.record(new ProviderKeyEvents.IntegrityFailed(
                        key.id(), key.binding().valueVersion()));
                return key;
            });
            throw e;
        }
    }

    /** Appends how the use ended; completes when that is durable. A use without it ends as unknown ({@link UnknownEnds}). */
    public CompletionStage<Void> complete(UsableKey key, Origin origin, ProviderKeyEvents.UseCompleted completed) {
        return completions.end(key.workspace(), origin, completed, key.use());
    }
}
