package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import ai.celune.apikey.workload.WorkloadIssuers;
import ai.celune.audit.AuditLog;
import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.QuotaConfig;
import ai.celune.tenancy.Quotas;
import ai.celune.web.ErrorCode;
import ai.celune.web.NotFound;
import ai.celune.web.Problem;
import ai.celune.workspace.RoleMatrix;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes API keys, first ones and successors. Nobody gives one more rights than they have themselves. */
@ApplicationScoped
@Transactional
class ApiKeyIssuer {
    static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

    private final ApiKeys keys;
    private final EntityManager entities;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final Event<CredentialEnded> ended;
    private final ApiKeyConfig config;
    private final WorkloadIssuers issuers;
    private final Quotas quotas;
    private final SecureRandom random;
    private final Clock clock;

    ApiKeyIssuer(
            ApiKeys keys,
            EntityManager entities,
            AuditLog audit,
            CurrentRequest request,
            Event<CredentialEnded> ended,
            ApiKeyConfig config,
            WorkloadIssuers issuers,
            Quotas quotas,
            SecureRandom random,
            Clock clock) {
        this.keys = keys;
        this.entities = entities;
        this.audit = audit;
        this.request = request;
        this.ended = ended;
        this.config = config;
        this.issuers = issuers;
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
        Workload workload = workload(actor, wanted.workload(), serviceAccount);
        return store(
                actor,
                new ApiKeyGrant(
                        serviceAccount == null ? actor.userId() : null,
                        serviceAccount,
                        wanted.name().strip(),
                        sorted(wanted.scopes()),
                        sorted(wanted.bindings()),
                        sorted(wanted.allowedAddresses()),
                        wanted.limits() == null ? KeyLimits.NONE : wanted.limits(),
                        workload,
                        expiry(actor, wanted.expiresAt()),
                        null));
    }

    /** The new key has the rights of the old one, which the caller must hold, too; of a person's key that person alone gets a successor. */
    CreatedApiKey rotate(UUID id, RotateApiKey wanted) {
        ApiKey old = keys.own(id);
        Actor actor = request.requireActor();
        Instant now = clock.instant();
        if (old.isPersonal() && !old.principal().equals(actor.principal().id())) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "a person's key is replaced by that person alone");
        }
        if (!old.isLive(now)) {
            throw new Problem(ErrorCode.CONFLICT, "the key has ended");
        }
        if (old.workload() != null) {
            throw new Problem(ErrorCode.CONFLICT, "the key of a workload has no value to replace");
        }
        Instant overlap = wanted.overlapUntil();
        if (overlap == null) {
            keys.revoke(old);
        } else if (!overlap.isAfter(now) || overlap.isAfter(now.plus(LONGEST_OVERLAP))) {
            throw Problem.invalid(
                    "/overlapUntil", "range", "must be within the next " + LONGEST_OVERLAP.toDays() + " days");
        } else {
            old.endBy(overlap);
            ended.fire(CredentialEnded.everywhere(id, overlap));
        }
        List<UUID> bindings = keys.bindings(old);
        CreatedApiKey created = store(actor, old.successor(bindings, expiry(actor, wanted.expiresAt())));
        audit.record(new ApiKeyEvents.Rotated(id, created.id(), overlap));
        return created;
    }

    private static <T extends Comparable<T>> List<T> sorted(@Nullable Set<T> values) {
        return values == null ? List.of() : values.stream().sorted().toList();
    }

    private CreatedApiKey store(Actor actor, ApiKeyGrant grant) {
        List<UUID> bindings = grant.bindings();
        Set<UUID> slack = slackAmong(bindings);
        boolean reachesFurther = actor.bindings() != null && !actor.bindings().containsAll(bindings);
        if (reachesFurther || !actor.permissions().containsAll(grant.scopes())) {
            throw new Problem(ApiKeyErrors.SCOPE_NOT_HELD);
        }
        Workload workload = grant.workload();
        boolean room = quotas.haveRoom(QuotaConfig::apiKeys, () -> {
            // Here, where nobody else makes one meanwhile.
            if (workload != null) {
                keys.requireNone(workload);
            }
            return keys.count("revokedAt is null");
        });
        if (!room) {
            throw new Problem(ErrorCode.QUOTA_EXCEEDED);
        }
        if (workload != null) {
            return CreatedApiKey.of(store(actor, grant, slack, null), null);
        }
        try (ApiKeyToken token = ApiKeyToken.generate(config.environment(), random)) {
            return CreatedApiKey.of(store(actor, grant, slack, token), token.reveal());
        }
    }

    private ApiKeyView store(Actor actor, ApiKeyGrant grant, Set<UUID> slack, @Nullable ApiKeyToken token) {
        ApiKey created = new ApiKey(grant, token, actor.principal().id(), clock.instant());
        keys.persist(created);
        keys.flush();
        grant.bindings()
                .forEach(secret -> entities.persist(new ApiKeyBinding(created.id(), secret, slack.contains(secret))));
        keys.flush();
        ApiKeyView view = created.view(grant.bindings());
        audit.record(ApiKeyEvents.Created.of(view, created.principal()));
        return view;
    }

    /** A program has the rights of a service account, never those of a person. */
    private @Nullable Workload workload(Actor actor, @Nullable NamedWorkload wanted, @Nullable UUID serviceAccount) {
        if (wanted == null) {
            return null;
        }
        if (serviceAccount == null) {
            throw Problem.invalid("/serviceAccountId", "required", "is needed for the key of a workload");
        }
        return issuers.find(wanted.issuer())
                .flatMap(issuer -> issuer.workload(wanted.subject(), actor.workspace()))
                .orElseThrow(() -> Problem.invalid(
                        "/workload/issuer", "unknown_issuer", "is no issuer that this workspace may name"));
    }

    /** A key of a service account needs the right to administer those; without one named the key is the caller's own. */
    private @Nullable UUID serviceAccount(Actor actor, @Nullable UUID wanted) {
        if (wanted == null) {
            return actor.userId() == null ? actor.principal().id() : null;
        }
        if (!actor.may(ApiKeys.ADMINISTER)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "a key of a service account needs " + ApiKeys.ADMINISTER);
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

    /** The Slack connections among secrets, all of which must be the workspace's. */
    private Set<UUID> slackAmong(List<UUID> secrets) {
        if (secrets.isEmpty()) {
            return Set.of();
        }
        Set<UUID> slack = among("SlackConnection", secrets);
        if (slack.size() + among("ProviderKey", secrets).size() != secrets.size()) {
            throw new NotFound();
        }
        return slack;
    }

    /** @param kind name of an entity of another feature */
    private Set<UUID> among(String kind, List<UUID> ids) {
        return entities.createQuery("select e.id from " + kind + " e where e.id in :ids", UUID.class)
                .setParameter("ids", ids)
                .getResultStream()
                .collect(Collectors.toSet());
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
}
