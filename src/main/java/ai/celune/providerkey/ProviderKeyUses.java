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
import ai.celune.provider.Prices;
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
import java.math.BigDecimal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The three steps of a use: committed to the log, opened, completed in the log. */
@ApplicationScoped
public class ProviderKeyUses {
    private static final int LONGEST_PATH = 512;
    private static final int MOST_KEYS = 20;

    private final EntityManager entities;
    private final Catalogue catalogue;
    private final Gate gate;
    private final KeyBudgets budgets;
    private final Prices prices;
    private final Sealer sealer;
    private final AuditLog audit;
    private final AuditQueue completions;
    private final Scope scope;
    private final Clock clock;

    ProviderKeyUses(
            EntityManager entities,
            Catalogue catalogue,
            Gate gate,
            KeyBudgets budgets,
            Prices prices,
            Sealer sealer,
            AuditLog audit,
            AuditQueue completions,
            Scope scope,
            Clock clock) {
        this.entities = entities;
        this.catalogue = catalogue;
        this.gate = gate;
        this.budgets = budgets;
        this.prices = prices;
        this.sealer = sealer;
        this.audit = audit;
        this.completions = completions;
        this.scope = scope;
        this.clock = clock;
    }

    /**
     * Picks the key that the caller may use for this request and commits the use. Nothing has left yet.
     *
     * @param longest after which the call has ended, whatever happens to it
     * @throws Problem {@code provider_key_missing}, {@code provider_key_ambiguous}, {@code secret_shredded} while the workspace is being deleted, 404 for
     *     a foreign id, 403 for one that is not bound, those of {@link Gate#require} and of {@link KeyRules#require}, {@code provider_key_budget}; of
     *     several keys, what refuses the first
     */
    public UsableKey begin(Actor actor, Origin origin, KeyRequest wanted, Duration longest) {
        return scope.asWorkspace(actor.workspace(), () -> {
            List<Picked> fitting = pick(actor, wanted);
            Problem first = null;
            for (int i = 0; i < fitting.size(); i++) {
                try {
                    String policy = require(fitting.get(i), wanted);
                    return commit(actor, origin, wanted, fitting.get(i).key(), policy, i + 1 < fitting.size(), longest);
                } catch (Problem refusal) {
                    first = first == null ? refusal : first;
                }
            }
            throw first == null ? new Problem(ProviderKeyErrors.MISSING) : first;
        });
    }

    /** @return the policy record that the use rests on */
    private String require(Picked picked, KeyRequest wanted) {
        if (picked.deletesAt() != null) {
            throw new Problem(ErrorCode.SECRET_SHREDDED);
        }
        ProviderKey key = picked.key();
        String policy = gate.require(wanted.provider(), host(key), picked.decided(), key.attestation());
        if (key.quarantined()) {
            throw new Problem(ErrorCode.SECRET_INTEGRITY);
        }
        key.rules().require(wanted, prices, clock.instant());
        if (key.rules().hasBudget()) {
            budgets.spend(key.id(), Objects.requireNonNull(key.rules().budget()));
        }
        return policy;
    }

    private UsableKey commit(
            Actor actor,
            Origin origin,
            KeyRequest wanted,
            ProviderKey key,
            String policy,
            boolean hasNext,
            Duration longest) {
        UUID use = Ids.next();
        audit.recordBeginning(
                origin,
                new ProviderKeyEvents.Used(
                        key.id(),
                        use,
                        wanted.provider().name(),
                        policy,
                        key.valueVersion(),
                        wanted.method(),
                        host(key),
                        wanted.path().substring(0, Math.min(wanted.path().length(), LONGEST_PATH))),
                use,
                longest);
        return new UsableKey(
                key.id(),
                use,
                actor.workspace(),
                wanted.provider(),
                key.baseUrl(),
                key.position(),
                key.sealed(),
                key.binding(actor.workspace(), key.valueVersion()),
                priced(wanted),
                hasNext,
                key.rules().drains());
    }

    private static String host(ProviderKey key) {
        return URI.create(key.baseUrl()).getHost();
    }

    private @Nullable String priced(KeyRequest wanted) {
        List<String> named =
                prices.knows(wanted.provider().name()) ? wanted.models().named() : null;
        return named == null || named.isEmpty() ? null : named.getFirst();
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

        private static final String ORDER = " order by key.rules.priority nulls last, key.id";

        static Picked of(Object[] row) {
            return new Picked((ProviderKey) row[0], (Clearance) row[1], (Instant) row[2]);
        }
    }

    /** In the order in which they are taken; what was tried is left out. */
    private List<Picked> pick(Actor actor, KeyRequest wanted) {
        List<Picked> fitting =
                wanted.key() == null ? several(actor, wanted) : List.of(named(actor, wanted.provider(), wanted.key()));
        return fitting.stream()
                .filter(picked -> !wanted.tried().contains(picked.key().id()))
                .toList();
    }

    private Picked named(Actor actor, Provider provider, UUID id) {
        Picked named = entities.createQuery(Picked.QUERY + " and key.id = :id", Object[].class)
                .setParameter("provider", provider.name())
                .setParameter("id", id)
                .getResultStream()
                .map(Picked::of)
                .findFirst()
                .orElseThrow(NotFound::new);
        if (actor.bindings() != null && !actor.bindings().contains(id)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "the API key is not bound to this provider key");
        }
        return named;
    }

    private List<Picked> several(Actor actor, KeyRequest wanted) {
        Set<UUID> bindings = actor.bindings();
        TypedQuery<Object[]> query = entities.createQuery(
                        Picked.QUERY
                                + (bindings == null ? "" : " and array_contains(:bindings, key.id)")
                                + Picked.ORDER,
                        Object[].class)
                .setParameter("provider", wanted.provider().name());
        if (bindings != null) {
            // One array: with a list of parameters Hibernate keeps no plan.
            query.setParameter("bindings", bindings.toArray(UUID[]::new));
        }
        List<Picked> fitting =
                query.setMaxResults(MOST_KEYS).getResultStream().map(Picked::of).toList();
        if (fitting.size() < 2) {
            return fitting;
        }
        if (fitting.getFirst().key().rules().priority() == null) {
            throw new Problem(ProviderKeyErrors.AMBIGUOUS);
        }
        return fitting.stream()
                .takeWhile(picked -> picked.key().rules().priority() != null)
                .toList();
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

    /** What so many tokens cost by the operator's table, of the model that answered or, when that has no price, of the one that was asked; null when nobody knows. */
    public @Nullable String cost(
            UsableKey key, @Nullable String answered, @Nullable Long input, @Nullable Long output) {
        if (input == null && output == null) {
            return null;
        }
        return Stream.of(Optional.ofNullable(answered), Optional.ofNullable(key.model()))
                .flatMap(Optional::stream)
                .flatMap(model -> prices
                        .cost(
                                key.provider().name(),
                                model,
                                input == null ? 0 : input,
                                output == null ? 0 : output,
                                clock.instant())
                        .stream())
                .findFirst()
                .map(BigDecimal::toPlainString)
                .orElse(null);
    }

    /** Appends how the use ended; completes when that is durable. A use without it ends as unknown. */
    public CompletionStage<Void> complete(UsableKey key, Origin origin, ProviderKeyEvents.UseCompleted completed) {
        return completions.end(key.workspace(), origin, completed, key.use());
    }
}
