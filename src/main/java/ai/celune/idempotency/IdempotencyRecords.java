package ai.celune.idempotency;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.tenancy.Ids;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table of first answers, within the transaction of the operation. */
@ApplicationScoped
class IdempotencyRecords {
    static final ErrorCode IN_PROGRESS =
            new ErrorCode(409, "idempotency_in_progress", "An equal request is still being worked on.");
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Duration KEPT = Duration.ofHours(24);

    private final AgroalDataSource dataSource;
    private final Envelopes envelopes;
    private final Clock clock;

    IdempotencyRecords(AgroalDataSource dataSource, Envelopes envelopes, Clock clock) {
        this.dataSource = dataSource;
        this.envelopes = envelopes;
        this.clock = clock;
    }

    /** Whose request, and which. */
    record RequestKey(UUID workspace, UUID principal, byte[] keyHash) {}

    /** A stored answer. */
    record Answer(
            int status,
            @Nullable String location,
            @Nullable String etag,
            @Nullable Secret body) {}

    /** What a claim found: {@code recordId} when the caller is the first, else the earlier request with its answer, or when it started if it has none yet. */
    record Claim(
            @Nullable UUID recordId,
            byte @Nullable [] fingerprint,
            @Nullable Answer answer,
            @Nullable Instant started) {}

    /**
     * Claims the key for this transaction. An equal call that still runs is waited for.
     *
     * @throws Problem {@code idempotency_in_progress} when it runs longer than anybody waits for a lock
     */
    Claim claim(RequestKey key, byte[] fingerprint) {
        UUID recordId = Ids.next();
        Instant now = clock.instant();
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement("insert into idempotency_record as r (workspace_id,"
                        + " principal_id, key_hash, fingerprint, record_id, created_at, expires_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?) on conflict (workspace_id, principal_id, key_hash) do update"
                        + " set fingerprint = excluded.fingerprint, record_id = excluded.record_id,"
                        + " created_at = excluded.created_at, expires_at = excluded.expires_at, sealed_body = null,"
                        + " status = null"
                        + " where r.expires_at <= excluded.created_at")) {
            int i = bind(statement, 1, key);
            statement.setBytes(i++, fingerprint);
            statement.setObject(i++, recordId);
            statement.setObject(i++, now.atOffset(ZoneOffset.UTC));
            statement.setObject(i, now.plus(KEPT).atOffset(ZoneOffset.UTC));
            return statement.executeUpdate() == 1 ? new Claim(recordId, null, null, null) : earlier(connection, key);
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw new Problem(IN_PROGRESS).retryAfter(1).causedBy(e);
            }
            throw new PersistenceException(e);
        }
    }

    private Claim earlier(Connection connection, RequestKey key) throws SQLException {
        try (var statement = connection.prepareStatement(
                "select fingerprint, status, location, etag, sealed_body,"
                        + " record_id, created_at from idempotency_record where workspace_id = ? and principal_id = ? and key_hash = ?")) {
            bind(statement, 1, key);
            try (var row = statement.executeQuery()) {
                row.next();
                if (row.getObject("status") == null) {
                    return new Claim(
                            null,
                            row.getBytes("fingerprint"),
                            null,
                            row.getObject("created_at", OffsetDateTime.class).toInstant());
                }
                byte[] sealed = row.getBytes("sealed_body");
                UUID recordId = row.getObject("record_id", UUID.class);
                return new Claim(
                        null,
                        row.getBytes("fingerprint"),
                        new Answer(
                                row.getInt("status"),
                                row.getString("location"),
                                row.getString("etag"),
                                sealed == null ? null : envelopes.open(binding(key, recordId), sealed)),
                        null);
            }
        }
    }

    /** Gives a claim back whose operation came to nothing. */
    int release(RequestKey key) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "delete from idempotency_record where workspace_id = ? and principal_id = ? and key_hash = ?")) {
            bind(statement, 1, key);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    void store(
            RequestKey key,
            UUID recordId,
            int status,
            @Nullable String location,
            @Nullable String etag,
            byte @Nullable [] body) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement("update idempotency_record set status = ?, location = ?,"
                        + " etag = ?, sealed_body = ? where workspace_id = ? and principal_id = ? and key_hash = ?")) {
            statement.setInt(1, status);
            statement.setString(2, location);
            statement.setString(3, etag);
            statement.setBytes(4, body == null ? null : envelopes.seal(binding(key, recordId), body));
            bind(statement, 5, key);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private static Binding binding(RequestKey key, UUID recordId) {
        return new Binding(key.workspace, recordId, "idempotency", 1);
    }

    private static int bind(PreparedStatement statement, int first, RequestKey key) throws SQLException {
        statement.setObject(first, key.workspace);
        statement.setObject(first + 1, key.principal);
        statement.setBytes(first + 2, key.keyHash);
        return first + 3;
    }
}
