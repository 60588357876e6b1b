package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Page;
import ai.celune.web.Problem;
import ai.celune.workspace.PrincipalRemoved;
import ai.celune.workspace.RoleMatrix;
import ai.celune.workspace.WorkspacePermissions;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Life of API keys. Who administers service accounts sees and ends all keys of the workspace, everybody else their own. */
@ApplicationScoped
@Transactional
class ApiKeys implements PanacheRepositoryBase<ApiKey, UUID> {
    static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

    private static final String ALL_KEYS = WorkspacePermissions.SERVICE_ACCOUNTS_READ;
    private static final String ADMINISTER = WorkspacePermissions.SERVICE_ACCOUNTS_WRITE;

    private final EntityManager entities;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final ApiKeyConfig config;
    private final Quotas quotas;
    private final SecureRandom random;
    private final Clock clock;

    ApiKeys(
            EntityManager entities,
            AuditLog audit,
            CurrentRequest request,
            Event<CredentialEnded> ended,
            ApiKeyConfig config,
            Quotas quotas,
            SecureRandom random,
            Clock clock) {
        this.entities = entities;
        this.audit = audit;
        this.request = request;
        this.ended = ended;
        this.config = config;
        this.quotas = quotas;
        this.random = random;
        this.clock = clock;
    }

    CreatedApiKey create(CreateApiKey wanted) {
        Actor actor = request.requireActor();
        for (String scope : wanted.scopes()) {
            if (!RoleMatrix.all().contains(scope)) {
                throw Problem.invalid("/scopes", "unknown_scope", "holds a scope that does not exist");
            }
        }
        UUID serviceAccount = serviceAccount(actor, wanted.serviceAccountId());
        return store(
                actor,
                new ApiKeyGrant(
                        serviceAccount == null ? actor.userId() : null,
                        serviceAccount,
                        wanted.name().strip(),
                        sorted(wanted.scopes()),
                        sorted(wanted.bindings()),
                        sorted(wanted.allowedAddresses()),
                        expiry(actor, wanted.expiresAt()),
                        null));
    }

    /** The new key has the rights of the old one, which the caller must hold, too; of a person's key that person alone gets a successor. */
    CreatedApiKey rotate(UUID id, RotateApiKey wanted) {
        ApiKey old = own(id);
        Actor actor = request.requireActor();
        Instant now = clock.instant();
        if (old.isPersonal() && !old.principal().equals(actor.principal().id())) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "a person's key is replaced by that person alone");
        }
        if (!old.isLive(now)) {
            throw new Problem(ErrorCode.CONFLICT, "the key has ended");
        }
        Instant overlap = wanted.overlapUntil();
        if (overlap == null) {
            revoke(old);
        } else if (!overlap.isAfter(now) || overlap.isAfter(now.plus(LONGEST_OVERLAP))) {
            throw Problem.invalid(
                    "/overlapUntil", "range", "must be within the next " + LONGEST_OVERLAP.toDays() + " days");
        } else {
            old.endBy(overlap);
            ended.fire(CredentialEnded.everywhere(id, overlap));
        }
        List<UUID> bindings = bindings(List.of(old)).getOrDefault(id, List.of());
        CreatedApiKey created = store(actor, old.successor(bindings, expiry(actor, wanted.expiresAt())));
        audit.record(new ApiKeyEvents.Rotated(id, created.id(), overlap));
        return created;
    }

    private static <T extends Comparable<T>> List<T> sorted(@Nullable Set<T> values) {
        return values == null ? List.of() : values.stream().sorted().toList();
    }

    private CreatedApiKey store(Actor actor, ApiKeyGrant grant) {
        List<UUID> bindings = grant.bindings();
        requireInWorkspace(bindings);
        boolean reachesFurther = actor.bindings() != null && !actor.bindings().containsAll(bindings);
        if (reachesFurther || !actor.permissions().containsAll(grant.scopes())) {
            throw new Problem(ApiKeyErrors.SCOPE_NOT_HELD);
        }
        if (!quotas.haveRoom(QuotaConfig::apiKeys, () -> count("revokedAt is null"))) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
        try (ApiKeyToken token = ApiKeyToken.generate(config.environment(), random)) {
            ApiKey created = new ApiKey(grant, token, actor.principal().id(), clock.instant());
            persist(created);
            flush();
            bindings.forEach(binding -> entities.persist(new ApiKeyBinding(created.id(), binding)));
            flush();
            audit.record(new ApiKeyEvents.Created(
                    created.id(),
                    created.prefix(),
                    created.principal(),
                    grant.scopes(),
                    bindings,
                    grant.allowedAddresses(),
                    created.expiresAt()));
            return CreatedApiKey.of(created.view(bindings), token.reveal());
        }
    }

    /** A key of a service account needs the right to administer those; without one named the key is the caller's own. */
    private @Nullable UUID serviceAccount(Actor actor, @Nullable UUID wanted) {
        if (wanted == null) {
            return actor.userId() == null ? actor.principal().id() : null;
        }
        if (!actor.may(ADMINISTER)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "a key of a service account needs " + ADMINISTER);
        }
        Number live = (Number)
                entities.createQuery("select count(s) from ServiceAccount s where s.id = :id and s.removedAt is null")
                        .setParameter("id", wanted)
                        .getSingleResult();
        if (live.longValue() == 0) {
            throw new NotFound();
        }
        return wanted;
    }

    private void requireInWorkspace(List<UUID> bindings) {
        if (bindings.isEmpty()) {
            return;
        }
        Number found = (Number) entities.createQuery("select count(p) from ProviderKey p where p.id in :ids")
                .setParameter("ids", bindings)
                .getSingleResult();
        if (found.longValue() != bindings.size()) {
            throw new NotFound();
        }
    }

    /** As wanted, as the workspace's policy allows, and for a key that a key makes not after its maker. */
    private @Nullable Instant expiry(Actor actor, @Nullable Instant wanted) {
        Instant allowed = allowed(actor, wanted, clock.instant());
        Instant end = actor.isSession() ? null : actor.expiresAt();
        return end == null || (allowed != null && allowed.isBefore(end)) ? allowed : end;
    }

    private @Nullable Instant allowed(Actor actor, @Nullable Instant wanted, Instant now) {
        if (wanted != null && !wanted.isAfter(now)) {
            throw Problem.invalid("/expiresAt", "future", "must be in the future");
        }
        Integer maxDays = (Integer) entities.createQuery("select w.apiKeyMaxDays from Workspace w where w.id = :id")
                .setParameter("id", actor.workspace())
                .getSingleResult();
        if (maxDays == null) {
            return wanted;
        }
        Instant latest = now.plus(Duration.ofDays(maxDays));
        if (wanted != null && wanted.isAfter(latest)) {
            throw Problem.invalid("/expiresAt", "max", "the workspace allows at most " + maxDays + " days");
        }
        return wanted == null ? latest : wanted;
    }

    /**
     * A key as it is shown.
     *
     * @param version for the entity tag
     */
    record Shown(int version, ApiKeyView view) {}

    Page<ApiKeyView> list(@Nullable UUID after, int limit) {
        List<ApiKey> rows = rows(after, limit);
        Map<UUID, List<UUID>> bindings = bindings(rows);
        return Page.of(rows, limit, ApiKey::id, key -> key.view(bindings.getOrDefault(key.id(), List.of())));
    }

    private List<ApiKey> rows(@Nullable UUID after, int limit) {
        Actor actor = request.requireActor();
        UUID from = after == null ? new UUID(0, 0) : after;
        return (actor.may(ALL_KEYS)
                        ? find("id > ?1 order by id", from)
                        : find(
                                "id > ?1 and (userId = ?2 or serviceAccountId = ?2) order by id",
                                from,
                                actor.principal().id()))
                .page(0, limit + 1)
                .list();
    }

    /** Bindings of some keys in one statement. */
    private Map<UUID, List<UUID>> bindings(Collection<ApiKey> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        return entities.createQuery(
                        "from ApiKeyBinding where apiKeyId in :ids order by providerKeyId", ApiKeyBinding.class)
                .setParameter("ids", keys.stream().map(ApiKey::id).toList())
                .getResultStream()
                .collect(Collectors.groupingBy(
                        ApiKeyBinding::apiKeyId,
                        Collectors.mapping(ApiKeyBinding::providerKeyId, Collectors.toList())));
    }

    Shown show(UUID id) {
        return shown(get(id));
    }

    private Shown shown(ApiKey key) {
        return new Shown(key.version(), key.view(bindings(List.of(key)).getOrDefault(key.id(), List.of())));
    }

    private ApiKey get(UUID id) {
        Actor actor = request.requireActor();
        return findByIdOptional(id)
                .filter(key -> actor.may(ALL_KEYS)
                        || key.principal().equals(actor.principal().id()))
                .orElseThrow(NotFound::new);
    }

    Shown change(UUID id, ChangeApiKey wanted, @Nullable String ifMatch) {
        ApiKey key = own(id);
        ETag.require(ifMatch, key.version());
        String name = wanted.name();
        if (name != null && key.rename(name)) {
            audit.record(new ApiKeyEvents.Renamed(id));
        }
        List<String> blocks = wanted.allowedAddresses();
        if (blocks != null && key.allowOnly(blocks)) {
            audit.record(new ApiKeyEvents.AddressesChanged(id, blocks));
        }
        flush();
        return shown(key);
    }

    /** For good, and effective before the answer leaves; repeating it is harmless (R28). */
    void revoke(UUID id) {
        revoke(own(id));
    }

    /** Who comes back later must not find old keys working. */
    void onPrincipalRemoved(@Observes PrincipalRemoved removed) {
        find("(userId = ?1 or serviceAccountId = ?1) and revokedAt is null order by id", removed.id()).stream()
                .forEach(this::revoke);
    }

    private void revoke(ApiKey key) {
        if (key.revoke(clock.instant())) {
            audit.record(new ApiKeyEvents.Revoked(key.id(), key.prefix()));
            ended.fire(CredentialEnded.everywhere(key.id()));
        }
    }

    private ApiKey own(UUID id) {
        ApiKey key = get(id);
        Actor actor = request.requireActor();
        if (!actor.may(ADMINISTER) && !key.principal().equals(actor.principal().id())) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "only the key's own person or an administrator may do this");
        }
        return key;
    }
}
