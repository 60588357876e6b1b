package ai.celune.identity;

import ai.celune.tenancy.Scope;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;

/** Deletes sessions a month after their end, with their refresh tokens, in bounded batches. */
@ApplicationScoped
class SessionCleanup {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final int AT_ONCE = 1_000;

    private final EntityManager entities;
    private final Scope scope;
    private final Clock clock;

    SessionCleanup(EntityManager entities, Scope scope, Clock clock) {
        this.entities = entities;
        this.scope = scope;
        this.clock = clock;
    }

    @Scheduled(every = "1h", delayed = "10m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        while (scope.asPlatform(this::deleteBatch) == AT_ONCE) {
            // The next batch in a transaction of its own.
        }
    }

    int deleteBatch() {
        return entities.createNativeQuery("delete from session where id in (select id from session"
                        + " where expires_at < :end or ended_at < :end limit " + AT_ONCE + ")")
                .setParameter("end", clock.instant().minus(KEPT))
                .executeUpdate();
    }
}
