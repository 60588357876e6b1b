package ai.celune.apikey;

import ai.celune.security.Actor;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.Shutdown;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Counts the calls of each API key outside the request and stores the exact numbers once a second (R27). A kill -9 loses at most the last
 * second. {@link ApiKeyUsageLog} tells the audit log.
 */
@ApplicationScoped
class ApiKeyActivity {
    private static final Logger LOG = Logger.getLogger(ApiKeyActivity.class);

    private final AgroalDataSource dataSource;
    private final Scope scope;
    private final Clock clock;
    private final ConcurrentHashMap<UUID, Uses> unsaved = new ConcurrentHashMap<>();

    ApiKeyActivity(AgroalDataSource dataSource, Scope scope, Clock clock) {
        this.dataSource = dataSource;
        this.scope = scope;
        this.clock = clock;
    }

    /** Calls of one key that are not stored yet. Replaced as a whole, so that a flush takes a consistent picture. */
    private record Uses(Actor actor, long count, Instant first, Instant last) {
        Uses plus(Uses later) {
            return new Uses(actor, count + later.count, first, later.last);
        }
    }

    void used(Actor actor) {
        Instant now = clock.instant();
        unsaved.merge(actor.credential().id(), new Uses(actor, 1, now, now), Uses::plus);
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @Shutdown
    void flush() {
        for (UUID key : List.copyOf(unsaved.keySet())) {
            Uses uses = unsaved.remove(key);
            if (uses != null) {
                try {
                    scope.asWorkspace(uses.actor.workspace(), () -> store(key, uses));
                } catch (RuntimeException e) {
                    LOG.warnf("the use of API key %s is not stored yet", key);
                    unsaved.merge(key, uses, (later, earlier) -> earlier.plus(later));
                }
            }
        }
    }

    private UUID store(UUID key, Uses uses) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("update api_key set use_count = use_count + ?,"
                        + " uncounted = uncounted + ?, uncounted_since = coalesce(uncounted_since, ?), last_used_at = ?"
                        + " where id = ?")) {
            statement.setLong(1, uses.count);
            statement.setLong(2, uses.count);
            statement.setObject(3, uses.first.atOffset(ZoneOffset.UTC));
            statement.setObject(4, uses.last.atOffset(ZoneOffset.UTC));
            statement.setObject(5, key);
            statement.executeUpdate();
            return key;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
