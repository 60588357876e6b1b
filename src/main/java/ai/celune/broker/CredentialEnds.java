package ai.celune.broker;

import ai.celune.security.CredentialEnded;
import ai.celune.tenancy.Ids;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.Shutdown;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Tells every replica what ended on one of them (R28). An end is a row of the transaction that makes it, and each replica looks for new rows every
 * second; PostgreSQL's notification, which can be lost and does not pass every pooler, only makes it look at once.
 */
@ApplicationScoped
@Startup
class CredentialEnds {
    private static final Logger LOG = Logger.getLogger(CredentialEnds.class);
    private static final int LOOK_MILLIS = 1_000;
    /** Rows show when their transaction commits, so late rows are looked for again. */
    private static final Duration LATE = Duration.ofMinutes(1);

    /** A standby that is waited for must have applied it: else one that is promoted next would not know of the end. Without such a standby this asks for nothing. */
    private static final String NOTE = "insert into credential_end (id, ended_id, workspace_id, done_by, effective_at)"
            + " select ?, ?, ?, ?, ? from set_config('synchronous_commit', 'remote_apply', true)";

    private static final String LOOK = "select now.at, e.id, e.ended_id, e.workspace_id"
            + " from (select clock_timestamp() as at) now"
            + " left join credential_end e on e.effective_at > ? and e.effective_at <= now.at"
            + " and e.done_by is distinct from ?";

    private final AgroalDataSource dataSource;
    private final AgroalDataSource authn;
    private final OpenStreams streams;
    private final Clock clock;
    private final UUID self = Ids.next();
    private final Thread looker =
            Thread.ofPlatform().daemon().name("credential-ends").unstarted(this::run);
    private Set<UUID> seen = Set.of();
    private Instant since;
    private volatile long lastLook = System.nanoTime();
    private final CountDownLatch closing = new CountDownLatch(1);

    CredentialEnds(
            AgroalDataSource dataSource,
            @DataSource("authn") AgroalDataSource authn,
            OpenStreams streams,
            MeterRegistry metrics,
            Clock clock) {
        this.dataSource = dataSource;
        this.authn = authn;
        this.streams = streams;
        this.clock = clock;
        since = clock.instant();
        TimeGauge.builder("celune.credential.ends.age", () -> System.nanoTime() - lastLook, TimeUnit.NANOSECONDS)
                .description("Since the last look for credentials that ended on another replica")
                .register(metrics);
        looker.start();
    }

    /** In the transaction that ends it. What ends at once, this replica closes when that commits: told again later it would close what has begun since. */
    void note(@Observes CredentialEnded end) {
        Instant at = end.at();
        UUID doneBy = at == null ? self : null;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(NOTE)) {
            statement.setObject(1, Ids.next());
            statement.setObject(2, end.id());
            statement.setObject(3, end.workspaceId());
            statement.setObject(4, doneBy);
            statement.setObject(5, (at == null ? clock.instant() : at).atOffset(ZoneOffset.UTC));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private void run() {
        boolean told = false;
        while (isOpen()) {
            try (Connection connection = authn.getConnection();
                    PreparedStatement look = connection.prepareStatement(LOOK)) {
                listen(connection);
                while (isOpen()) {
                    look(look);
                    lastLook = System.nanoTime();
                    told = false;
                    connection.unwrap(PGConnection.class).getNotifications(LOOK_MILLIS);
                }
            } catch (SQLException | RuntimeException | Error e) {
                // Whatever it is: the next look may work, and streams of ended credentials stay open until one does.
                LOG.log(told ? Level.DEBUG : Level.WARN, "ends of credentials were not looked for", e);
                told = true;
                pause();
            }
        }
    }

    private static void listen(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("listen celune_credential_end")) {
            statement.execute();
        }
    }

    private void look(PreparedStatement look) throws SQLException {
        look.setObject(1, since.atOffset(ZoneOffset.UTC));
        look.setObject(2, self);
        Set<UUID> found = new HashSet<>();
        Instant now = since;
        try (var row = look.executeQuery()) {
            while (row.next()) {
                now = row.getObject(1, OffsetDateTime.class).toInstant();
                UUID id = row.getObject(2, UUID.class);
                if (id != null) {
                    found.add(id);
                    tell(id, row.getObject(3, UUID.class), row.getObject(4, UUID.class));
                }
            }
        }
        seen = found;
        since = now.minus(LATE);
    }

    private void tell(UUID id, UUID ended, @Nullable UUID workspaceId) {
        if (!seen.contains(id)) {
            streams.end(new CredentialEnded(ended, workspaceId, null));
        }
    }

    private boolean isOpen() {
        return closing.getCount() > 0;
    }

    private void pause() {
        try {
            var _ = closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    /** Before the pools close: the last look ends by itself, and gives its connection back. */
    @Shutdown
    void close() throws InterruptedException {
        closing.countDown();
        looker.join(2 * LOOK_MILLIS);
    }
}
