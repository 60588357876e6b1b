package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.tenancy.Scope;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Warns in the log of keys that end soon, once for each end that a key has had. Who was given a short life from the start needs no warning. */
@ApplicationScoped
class ApiKeyExpiry {
    private static final int AT_ONCE = 500;
    private static final String DUE = " from api_key where revoked_at is null and expires_at > :now"
            + " and expires_at <= :soon and warned_of is distinct from expires_at"
            + " and created_at < expires_at - make_interval(secs => :warning)";

    private final EntityManager entities;
    private final AuditLog audit;
    private final Scope scope;
    private final ApiKeyConfig config;
    private final Clock clock;

    ApiKeyExpiry(EntityManager entities, AuditLog audit, Scope scope, ApiKeyConfig config, Clock clock) {
        this.entities = entities;
        this.audit = audit;
        this.scope = scope;
        this.config = config;
        this.clock = clock;
    }

    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void warn() {
        List<?> workspaces = scope.asPlatform(() -> due("select distinct workspace_id" + DUE));
        workspaces.forEach(workspace ->
                scope.asWorkspaceStepwise((UUID) workspace, "warnings of ending API keys", this::warnOfSome));
    }

    private boolean warnOfSome() {
        List<?> keys = due(
                "update api_key set warned_of = expires_at where id in (select id" + DUE + " order by expires_at limit "
                        + AT_ONCE + " for update skip locked) returning id, prefix, expires_at");
        for (Object row : keys) {
            Object[] key = (Object[]) row;
            audit.recordFrom(
                    Origin.NOBODY, new ApiKeyEvents.Expiring((UUID) key[0], (String) key[1], (Instant) key[2]));
        }
        return keys.size() == AT_ONCE;
    }

    private List<?> due(String sql) {
        Instant now = clock.instant();
        Query query = entities.createNativeQuery(sql)
                .setParameter("now", now)
                .setParameter("soon", now.plus(config.expiryWarning()))
                .setParameter("warning", config.expiryWarning().toSeconds());
        return query.getResultList();
    }
}
