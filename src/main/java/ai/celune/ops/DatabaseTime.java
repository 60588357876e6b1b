package ai.celune.ops;

import ai.celune.security.ServiceClock;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.PersistenceException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jboss.logging.Logger;

/** Keeps the service's clock at the database's, and says when the machine's is wrong (G1). */
@ApplicationScoped
class DatabaseTime {
    private static final Logger LOG = Logger.getLogger(DatabaseTime.class);
    private static final Duration TOLERATED = Duration.ofMillis(250);

    private final AgroalDataSource authn;
    private final ServiceClock clock;
    private volatile Duration offset = Duration.ZERO;

    DatabaseTime(@DataSource("authn") AgroalDataSource authn, ServiceClock clock, MeterRegistry metrics) {
        this.authn = authn;
        this.clock = clock;
        metrics.gauge("celune.clock.offset.seconds", this, time -> time.offset.toNanos() / 1e9);
    }

    /** Before anything reads the time. */
    void onStart(@Observes @Priority(2) StartupEvent started) {
        measure();
    }

    @Scheduled(every = "10s", delayed = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void measure() {
        try (var connection = authn.getConnection();
                var question = connection.prepareStatement("select clock_timestamp()")) {
            // Once more, because the first execution takes longer, and what takes long proves little.
            ask(question);
            Duration measured = clock.follow(() -> ask(question));
            if (!measured.equals(offset) && measured.abs().compareTo(TOLERATED) > 0) {
                LOG.warnf("the clock of this machine is off by %s from the database's, which Celune follows", measured);
            }
            offset = measured;
        } catch (SQLException | PersistenceException e) {
            // The last offset stays; that the database is away is told by the health check.
            LOG.debug("the database's clock was not read", e);
        }
    }

    private static Instant ask(PreparedStatement question) {
        try (var row = question.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
