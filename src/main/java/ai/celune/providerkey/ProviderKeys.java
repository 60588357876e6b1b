package ai.celune.providerkey;

import ai.celune.audit.AuditHistory;
import ai.celune.audit.AuditLog;
import ai.celune.crypto.Fingerprints;
import ai.celune.crypto.SealedColumn;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretFacts;
import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.egress.ReservedFields;
import ai.celune.provider.Catalogue;
import ai.celune.provider.DataPolicy;
import ai.celune.provider.Prices;
import ai.celune.provider.Provider;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import ai.celune.workspace.WorkspacePermissions;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life of provider keys. */
@ApplicationScoped
@Transactional
class ProviderKeys implements PanacheRepositoryBase<ProviderKey, UUID> {
    private final Catalogue catalogue;
    private final AddressGuard guard;
    private final Fingerprints fingerprints;
    private final Sealer sealer;
    private final KeyBudgets budgets;
    private final Prices prices;
    private final AuditLog audit;
    private final AuditHistory history;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final Quotas quotas;
    private final Clock clock;

    ProviderKeys(
            Catalogue catalogue,
            AddressGuard guard,
            Fingerprints fingerprints,
            Sealer sealer,
            KeyBudgets budgets,
            Prices prices,
            AuditLog audit,
            AuditHistory history,
            CurrentRequest request,
            Event<CredentialEnded> ended,
            Quotas quotas,
            Clock clock) {
        this.catalogue = catalogue;
        this.guard = guard;
        this.fingerprints = fingerprints;
        this.sealer = sealer;
        this.budgets = budgets;
        this.prices = prices;
        this.audit = audit;
        this.history = history;
        this.request = request;
        this.ended = ended;
        this.quotas = quotas;
        this.clock = clock;
    }

    @Produces
    @Singleton
    static SealedColumn sealedValues() {
        return new SealedColumn("provider_key", "sealed", "id", "value_version", ProviderKey::binding);
    }

    ProviderKey create(CreateProviderKey wanted) {
        ProviderKey created = make(wanted);
        hold(created, wanted.key());
        if (!quotas.haveRoom(QuotaConfig::providerKeys, this::count)) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
        persist(created);
        flush();
        audit.record(new ProviderKeyEvents.Created(
                created.id(), created.provider(), URI.create(created.baseUrl()).getHost(), created.fingerprint()));
        return created;
    }

    private ProviderKey make(CreateProviderKey wanted) {
        Provider provider = catalogue
                .find(wanted.provider())
                .orElseThrow(() -> Problem.invalid("/provider", "unknown_provider", "is not in the catalogue"));
        return new ProviderKey(
                provider.name(),
                wanted.name().strip(),
                origin(provider, wanted),
                position(provider, wanted),
                request.requireActor().principal().id(),
                clock.instant());
    }

    /** Where the provider lives, or where the key says; that needs more than the right to store keys. */
    private String origin(Provider provider, CreateProviderKey wanted) {
        if (provider.origin().isPresent()) {
            refuse("/baseUrl", wanted.baseUrl());
            return provider.origin().get();
        }
        if (!request.requireActor().may(WorkspacePermissions.SETTINGS_ADMIN)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "a base URL needs " + WorkspacePermissions.SETTINGS_ADMIN);
        }
        if (wanted.baseUrl() == null) {
            throw Problem.invalid("/baseUrl", "not_null", "is needed for this provider");
        }
        try {
            BaseUrl url = BaseUrl.parse(wanted.baseUrl(), guard);
            if (!provider.livesAt(url.host())) {
                throw new RefusedDestinationException("The host must end with one of " + provider.hosts() + ".");
            }
            return url.origin();
        } catch (RefusedDestinationException e) {
            throw Problem.invalid("/baseUrl", "refused_destination", Objects.requireNonNull(e.getMessage()));
        }
    }

    private static Provider.Position position(Provider provider, CreateProviderKey wanted) {
        if (provider.position().isPresent()) {
            refuse("/header", wanted.header());
            refuse("/scheme", wanted.scheme());
            return provider.position().get();
        }
        String header = wanted.header() == null ? "Authorization" : wanted.header();
        if (ReservedFields.contains(header)) {
            throw Problem.invalid("/header", "reserved", "is a field that cannot carry a credential");
        }
        String scheme = wanted.scheme() != null ? wanted.scheme() : wanted.header() == null ? "Bearer" : "";
        return new Provider.Position(header, scheme);
    }

    private static void refuse(String pointer, @Nullable String told) {
        if (told != null) {
            throw Problem.invalid(pointer, "known_already", "is not for the caller to say: the catalogue knows it");
        }
    }

    private void hold(ProviderKey key, Secret value) {
        UUID workspace = request.requireActor().workspace();
        try (value) {
            SecretFacts facts = fingerprints.of(workspace, value);
            String sealed = sealer.seal(key.binding(workspace, key.nextValueVersion()), value.bytes());
            key.holds(sealed, facts, clock.instant());
        }
    }

    List<ProviderKey> list(@Nullable UUID after, int limit) {
        List<ProviderKey> keys = find("id > ?1 order by id", after == null ? new UUID(0, 0) : after)
                .page(0, limit + 1)
                .list();
        audit.record(new ProviderKeyEvents.KeysRead("provider-keys", Math.min(keys.size(), limit)));
        return keys;
    }

    ProviderKey show(UUID id) {
        ProviderKey key = get(id);
        audit.record(new ProviderKeyEvents.KeyRead(id));
        return key;
    }

    ProviderKey get(UUID id) {
        return findByIdOptional(id).orElseThrow(NotFound::new);
    }

    /** Calls that are open go on with the old value: rotation is routine. */
    ProviderKey replaceValue(UUID id, ReplaceValue wanted, @Nullable String ifMatch) {
        ProviderKey key = get(id);
        ETag.require(ifMatch, key.version());
        String before = key.fingerprint();
        hold(key, wanted.key());
        audit.record(new ProviderKeyEvents.ValueReplaced(id, key.valueVersion(), before, key.fingerprint()));
        flush();
        return key;
    }

    ProviderKey attest(UUID id, DataPolicy policy, @Nullable String ifMatch) {
        ProviderKey key = get(id);
        ETag.require(ifMatch, key.version());
        key.attest(policy, clock.instant());
        audit.record(new ProviderKeyEvents.Attested(
                id,
                Objects.requireNonNull(key.attestation()).version(),
                policy.trains(),
                policy.retentionDays(),
                policy.region(),
                policy.until()));
        flush();
        return key;
    }

    KeyRulesView rules(ProviderKey key) {
        return new KeyRulesView(key.rules(), budgets.spent(key.id()).orElse(null));
    }

    /** Takes the place of all rules before; open calls go on by those that they began with. */
    ProviderKey follow(UUID id, KeyRules wanted, @Nullable String ifMatch) {
        ProviderKey key = get(id);
        ETag.require(ifMatch, key.version());
        KeyRules.Budget budget = wanted.budget();
        if (budget != null && budget.cost() != null && !prices.knows(key.provider())) {
            throw Problem.invalid("/budget/cost", "no_prices", "needs a table of prices that knows the provider");
        }
        key.follow(wanted, clock.instant());
        audit.record(ProviderKeyEvents.RulesSet.of(id, wanted));
        flush();
        if (wanted.hasBudget()) {
            budgets.open(id);
        } else {
            budgets.close(id);
        }
        return key;
    }

    /** The value is gone with the row, and open calls with it end; repeating it is harmless. */
    void remove(UUID id) {
        Optional<ProviderKey> found = findByIdOptional(id);
        if (found.isEmpty() && history.tells("provider_key.deleted", id)) {
            return;
        }
        ProviderKey key = found.orElseThrow(NotFound::new);
        delete(key);
        flush();
        audit.record(new ProviderKeyEvents.Deleted(id, key.provider()));
        ended.fire(CredentialEnded.everywhere(id));
    }
}
