package ai.celune.identity;

import ai.celune.crypto.Digest;
import ai.celune.tenancy.Scope;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * The gate in front of every proof by password or code: an attempt is reserved before anything is hashed, so that parallel guesses count
 * one by one. Unknown accounts are treated alike.
 */
@ApplicationScoped
class Attempts {
    private final AgroalDataSource dataSource;
    private final Scope scope;
    private final Clock clock;

    Attempts(AgroalDataSource dataSource, Scope scope, Clock clock) {
        this.dataSource = dataSource;
        this.scope = scope;
        this.clock = clock;
    }

    /** Reserves one attempt and returns how many have failed, this one counted as if it would; 429 while the account rests. */
    int reserve(String email) {
        return scope.asPlatform(() -> {
            Instant now = clock.instant();
            try (var connection = dataSource.getConnection();
                    var statement = connection.prepareStatement("insert into sign_in_attempt as a"
                            + " (subject, failures, not_before, updated_at) values (?, 1, ?, ?)"
                            + " on conflict (subject) do update set failures = case when a.updated_at < ? then 1"
                            + " else a.failures + 1 end, updated_at = excluded.updated_at,"
                            + " not_before = excluded.updated_at + interval '1 s' * (?::int4[])[case when a.updated_at < ? then 1"
                            + " else least(a.failures + 1, " + Lockout.LOCKED_AFTER + ") end]"
                            + " where a.not_before <= excluded.updated_at returning failures")) {
                OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
                OffsetDateTime forgotten = now.minus(Lockout.REST).atOffset(ZoneOffset.UTC);
                statement.setBytes(1, subject(email));
                statement.setObject(2, at);
                statement.setObject(3, at);
                statement.setObject(4, forgotten);
                statement.setArray(5, connection.createArrayOf("int4", Lockout.waits()));
                statement.setObject(6, forgotten);
                try (var row = statement.executeQuery()) {
                    if (row.next()) {
                        return row.getInt(1);
                    }
                }
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
            throw new Problem(ErrorCode.RATE_LIMITED, "auth").retryAfter(wait(email, now));
        });
    }

    private long wait(String email, Instant now) {
        try (var connection = dataSource.getConnection();
                var statement =
                        connection.prepareStatement("select not_before from sign_in_attempt where subject = ?")) {
            statement.setBytes(1, subject(email));
            try (var row = statement.executeQuery()) {
                return row.next()
                        ? Math.ceilDiv(
                                Duration.between(now, row.getObject(1, OffsetDateTime.class))
                                        .toNanos(),
                                Duration.ofSeconds(1).toNanos())
                        : 1;
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** The proof was right: earlier failures are forgotten. */
    void clear(String email) {
        scope.asPlatform(() -> {
            try (var connection = dataSource.getConnection();
                    var statement = connection.prepareStatement("delete from sign_in_attempt where subject = ?")) {
                statement.setBytes(1, subject(email));
                return statement.executeUpdate();
            } catch (SQLException e) {
                throw new PersistenceException(e);
            }
        });
    }

    private static byte[] subject(String email) {
        return Digest.sha256(("account:" + email).getBytes(StandardCharsets.UTF_8));
    }
}
