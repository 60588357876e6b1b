package ai.celune.apikey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.security.Actor;
import ai.celune.security.RequestFacts;
import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.Shutdown;
import io.quarkus.scheduler.Scheduled;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Counts the calls of each API key outside the request: exact numbers, stored and written to the audit log once a second
 * (R27). A kill -9 loses at most the last second.
 */
@ApplicationScoped
class ApiKeyActivity {
    private static final Logger LOG = Logger.getLogger(ApiKeyActivity.class);
    private static final int MOST_ADDRESSES = 20;

    private final AgroalDataSource dataSource;
    private final AuditLog audit;
    private final Scope scope;
    private final Clock clock;
    private final ConcurrentHashMap<UUID, Uses> unsaved = new ConcurrentHashMap<>();

    ApiKeyActivity(AgroalDataSource dataSource, AuditLog audit, Scope scope, Clock clock) {
        this.dataSource = dataSource;
        this.audit = audit;
        this.scope = scope;
        this.clock = clock;
    }

    /** Calls of one key that are not stored yet. Replaced as a whole, so that a flush takes a consistent picture. */
    private record Uses(Actor actor, long count, Instant first, Instant last, Set<String> addresses) {
        Uses plus(Uses later) {
            Set<String> all = new TreeSet<>(addresses);
            later.addresses.stream()
                    .filter(address -> all.size() < MOST_ADDRESSES)
                    .forEach(all::add);
            return new Uses(actor, count + later.count, first, later.last, all);
        }
    }

    void used(Actor actor, RoutingContext context) {
        Instant now = clock.instant();
        Set<String> address = Set.of(RequestFacts.of(context).address());
        unsaved.merge(actor.credential().id(), new Uses(actor, 1, now, now, address), Uses::plus);
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
                var statement = connection.prepareStatement(
                        "update api_key set use_count = use_count + ?, last_used_at = ? where id = ?")) {
            statement.setLong(1, uses.count);
            statement.setObject(2, uses.last.atOffset(ZoneOffset.UTC));
            statement.setObject(3, key);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
        audit.recordFrom(
                new Origin(uses.actor.principal(), uses.actor.credential(), null),
                new ApiKeyEvents.UsageCounted(key, uses.count, uses.first, uses.last, List.copyOf(uses.addresses)));
        return key;
    }
}
