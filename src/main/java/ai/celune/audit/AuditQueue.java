package ai.celune.audit;

import ai.celune.crypto.Envelopes;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.runtime.Shutdown;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Events without a business change of their own: refusals, and what a broker call ends with. One writer commits whatever queued while its
 * previous commit ran, as a role that can do nothing but append; a caller's stage completes after that commit.
 */
@ApplicationScoped
@Startup
public class AuditQueue {
    private static final Logger LOG = Logger.getLogger(AuditQueue.class);
    private static final int CAPACITY = 10_000;
    /** Of it for ends of actions alone: a flood of refusals must not push them out. */
    private static final int RESERVED = 2_000;

    private static final int MAX_BATCH = 500;

    private final AgroalDataSource dataSource;
    private final Envelopes envelopes;
    private final ObjectMapper json;
    private final Clock clock;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final Thread writer = Thread.ofPlatform().name("audit-queue").unstarted(this::run);
    private volatile boolean open = true;

    AuditQueue(@DataSource("audit") AgroalDataSource dataSource, Envelopes envelopes, ObjectMapper json, Clock clock) {
        this.dataSource = dataSource;
        this.envelopes = envelopes;
        this.json = json;
        this.clock = clock;
        writer.start();
    }

    /** An event and the log that it belongs to. */
    public record Entry(UUID workspaceId, Origin origin, AuditEvent fact) {}

    /** @param ends the action that the one entry ends, if any */
    private record Waiting(
            List<Entry> entries, @Nullable UUID ends, Instant occurredAt, CompletableFuture<Void> stored) {}

    /** Completes once the event is durable; fails when the queue is full or the database does not take it. */
    public CompletableFuture<Void> append(UUID workspace, Origin origin, AuditEvent fact) {
        return append(List.of(new Entry(workspace, origin, fact)));
    }

    /** As {@link #append(UUID, Origin, AuditEvent)}; all of them in one commit. */
    public CompletableFuture<Void> append(List<Entry> entries) {
        return add(entries, null);
    }

    /** As {@link #append(UUID, Origin, AuditEvent)}, for the end of an action that {@link AuditLog#recordBeginning} told of; dropped when an end is stored already. */
    public CompletableFuture<Void> end(UUID workspace, Origin origin, AuditEvent fact, UUID action) {
        return add(List.of(new Entry(workspace, origin, fact)), action);
    }

    private CompletableFuture<Void> add(List<Entry> entries, @Nullable UUID ends) {
        Waiting waiting = new Waiting(entries, ends, clock.instant(), new CompletableFuture<>());
        boolean room = ends != null || queue.remainingCapacity() > RESERVED;
        if (!open || !room || !queue.offer(waiting)) {
            waiting.stored.completeExceptionally(new IllegalStateException("the audit queue takes no more events"));
        }
        return waiting.stored;
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        while (open || !queue.isEmpty()) {
            try {
                Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MAX_BATCH - 1);
                    write(batch);
                }
            } catch (InterruptedException e) {
                open = false;
            } finally {
                batch.clear();
            }
        }
    }

    private void write(List<Waiting> batch) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                insert(connection, batch);
                connection.commit();
            } catch (Throwable e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
            batch.forEach(waiting -> waiting.stored.complete(null));
        } catch (Throwable e) {
            // An error too: without this thread every later caller would wait in vain.
            if (batch.size() > 1 && isAboutOne(e)) {
                // Its neighbours must not fail with it.
                batch.forEach(waiting -> write(List.of(waiting)));
                return;
            }
            LOG.warnf(e, "%d audit events were not stored", (Object) batch.size());
            batch.forEach(waiting -> waiting.stored.completeExceptionally(e));
        }
    }

    /** An entry that cannot be made, or that PostgreSQL refuses for what is in it (SQLSTATE classes 22 and 23). */
    private static boolean isAboutOne(Throwable failure) {
        return !(failure instanceof SQLException sql)
                || (sql.getSQLState() != null && sql.getSQLState().matches("2[23].*"));
    }

    private void insert(Connection connection, List<Waiting> batch) throws SQLException {
        Instant recordedAt;
        try (var statement = connection.prepareStatement("select clock_timestamp()");
                var row = statement.executeQuery()) {
            row.next();
            recordedAt = row.getObject(1, OffsetDateTime.class).toInstant();
        }
        Set<UUID> ended = close(connection, batch);
        try (var statement = connection.prepareStatement(AuditEntry.INSERT)) {
            for (Waiting waiting : batch) {
                if (waiting.ends != null && !ended.contains(waiting.ends)) {
                    LOG.warnf("the end of %s came after it was recorded as unknown", waiting.ends);
                    continue;
                }
                for (Entry entry : waiting.entries) {
                    AuditEntry.of(
                                    entry.workspaceId,
                                    entry.origin,
                                    entry.fact,
                                    recordedAt,
                                    waiting.occurredAt,
                                    json,
                                    envelopes)
                            .bind(statement);
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
    }

    /** Which of the actions that the batch ends were open until now. */
    private static Set<UUID> close(Connection connection, List<Waiting> batch) throws SQLException {
        UUID[] ends = batch.stream().map(Waiting::ends).filter(Objects::nonNull).toArray(UUID[]::new);
        Set<UUID> closed = new HashSet<>();
        if (ends.length > 0) {
            try (var statement =
                    connection.prepareStatement("delete from audit_open where id = any (?) returning id")) {
                statement.setArray(1, connection.createArrayOf("uuid", ends));
                try (var row = statement.executeQuery()) {
                    while (row.next()) {
                        closed.add(row.getObject(1, UUID.class));
                    }
                }
            }
        }
        return closed;
    }

    /** Whether what is appended will be stored. */
    boolean isWriting() {
        return writer.isAlive();
    }

    /** After those who append to it while they stop. */
    @Shutdown(ObserverMethod.DEFAULT_PRIORITY + 100)
    void drain() throws InterruptedException {
        open = false;
        writer.join(TimeUnit.SECONDS.toMillis(10));
    }
}
