package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import ai.celune.audit.AuditLog;
import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.web.ETag;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Page;
import ai.celune.web.Problem;
import ai.celune.workspace.PrincipalRemoved;
import ai.celune.workspace.WorkspacePermissions;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** API keys as they are seen, changed and ended. Who administers service accounts sees and ends all keys of the workspace, everybody else their own. */
@ApplicationScoped
@Transactional
class ApiKeys implements PanacheRepositoryBase<ApiKey, UUID> {
    private static final String ALL_KEYS = WorkspacePermissions.SERVICE_ACCOUNTS_READ;
    static final String ADMINISTER = WorkspacePermissions.SERVICE_ACCOUNTS_WRITE;

    private final EntityManager entities;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final Clock clock;

    ApiKeys(EntityManager entities, AuditLog audit, CurrentRequest request, Event<CredentialEnded> ended, Clock clock) {
        this.entities = entities;
        this.audit = audit;
        this.request = request;
        this.ended = ended;
        this.clock = clock;
    }

    /**
     * A key as it is shown.
     *
     * @param version for the entity tag
     */
    record Shown(int version, ApiKeyView view) {}

    /** @param principal whose keys; null for all that the caller may see */
    Page<ApiKeyView> list(@Nullable UUID principal, @Nullable UUID after, int limit) {
        List<ApiKey> rows = rows(principal, after, limit);
        Map<UUID, List<UUID>> bindings = bindings(rows);
        return Page.of(rows, limit, ApiKey::id, key -> key.view(bindings.getOrDefault(key.id(), List.of())));
    }

    private List<ApiKey> rows(@Nullable UUID principal, @Nullable UUID after, int limit) {
        Actor actor = request.requireActor();
        UUID own = actor.principal().id();
        if (principal != null && !principal.equals(own) && !actor.may(ALL_KEYS)) {
            return List.of();
        }
        UUID from = after == null ? new UUID(0, 0) : after;
        return (principal == null && actor.may(ALL_KEYS)
                        ? find("id > ?1 order by id", from)
                        : find(
                                "id > ?1 and (userId = ?2 or serviceAccountId = ?2) order by id",
                                from,
                                principal == null ? own : principal))
                .page(0, limit + 1)
                .list();
    }

    /** Provider keys and Slack connections that a key may use. */
    List<UUID> bindings(ApiKey key) {
        return bindings(List.of(key)).getOrDefault(key.id(), List.of());
    }

    /** Those of some keys in one statement. */
    private Map<UUID, List<UUID>> bindings(Collection<ApiKey> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        return entities.createQuery(
                        "from ApiKeyBinding where apiKeyId in :ids order by coalesce(providerKeyId, slackConnectionId)",
                        ApiKeyBinding.class)
                .setParameter("ids", keys.stream().map(ApiKey::id).toList())
                .getResultStream()
                .collect(Collectors.groupingBy(
                        ApiKeyBinding::apiKeyId, Collectors.mapping(ApiKeyBinding::secret, Collectors.toList())));
    }

    Shown show(UUID id) {
        return shown(get(id));
    }

    private Shown shown(ApiKey key) {
        return new Shown(key.version(), key.view(bindings(key)));
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
                .forEach(key -> endOrHandOver(key, removed.heir()));
    }

    private void endOrHandOver(ApiKey key, @Nullable UUID heir) {
        if (heir == null || !key.isLive(clock.instant())) {
            revoke(key);
        } else {
            audit.record(new ApiKeyEvents.HandedOver(key.id(), key.principal(), heir));
            key.handOver(heir);
        }
    }

    /** A workload has one key at a time; one that has run out makes room. */
    void requireNone(Workload workload) {
        find(
                        "workloadIssuer = ?1 and workloadSubject = ?2 and workloadAudience = ?3 and revokedAt is null",
                        workload.issuer(),
                        workload.subject(),
                        workload.audience())
                .firstResultOptional()
                .ifPresent(other -> {
                    if (other.isLive(clock.instant())) {
                        throw new Problem(ErrorCode.CONFLICT, "the workload has a key already");
                    }
                    revoke(other);
                    flush();
                });
    }

    void revoke(ApiKey key) {
        if (key.revoke(clock.instant())) {
            audit.record(new ApiKeyEvents.Revoked(key.id(), key.prefix()));
        }
        // Repeated, too: the first may have gone unanswered, not yet applied by a standby, which this one waits for.
        ended.fire(CredentialEnded.everywhere(key.id()));
    }

    /** A key that the caller may change. */
    ApiKey own(UUID id) {
        ApiKey key = get(id);
        Actor actor = request.requireActor();
        if (!actor.may(ADMINISTER) && !key.principal().equals(actor.principal().id())) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "only the key's own person or an administrator may do this");
        }
        return key;
    }
}
