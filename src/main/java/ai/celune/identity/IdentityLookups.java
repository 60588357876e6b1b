package ai.celune.identity;

import ai.celune.security.Actor;
import ai.celune.security.RefusedCredential;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must be read before anybody is authenticated, as role celune_authn: one indexed statement each, outside any transaction. */
@ApplicationScoped
class IdentityLookups {
    private static final String SESSION = "s.id, s.user_id, s.workspace_id, s.expires_at,"
            + " s.ended_at is not null or s.epoch <> a.epoch, a.platform_operator,"
            + " a.email_verified_at is not null or a.password_hash is null, m.role, r.permissions, w.broker_per_minute,"
            + " s.proved_at";

    private static final String SESSION_JOINS = " join account a on a.id = s.user_id"
            + " left join membership m on m.workspace_id = s.workspace_id and m.user_id = s.user_id"
            + " left join workspace_role r on r.workspace_id = m.workspace_id and r.name = m.role"
            + " left join workspace w on w.id = s.workspace_id";

    private final AgroalDataSource authn;

    IdentityLookups(@DataSource("authn") AgroalDataSource authn) {
        this.authn = authn;
    }

    /** @param workspaces the person's workspaces, oldest membership first */
    record KnownAccount(UUID id, String passwordHash, int epoch, List<UUID> workspaces) {
        @Override
        public String toString() {
            return "KnownAccount[…]";
        }
    }

    /**
     * @param emailVerified whether the person has proved the mailbox, or has none to sign in by
     * @param provedAt when the person last proved who they are
     * @param role null when the person is no member of the session's workspace any more
     * @param ownRolePermissions what the role allows if the workspace defines it; empty for a built-in one
     */
    record KnownSession(
            UUID id,
            UUID userId,
            @Nullable UUID workspaceId,
            Instant expiresAt,
            boolean ended,
            boolean platformOperator,
            boolean emailVerified,
            @Nullable String role,
            Set<String> ownRolePermissions,
            @Nullable Integer brokerPerMinute,
            Instant provedAt) {

        /**
         * Whom the session speaks for.
         *
         * @param requireVerified whether somebody who has not proved the mailbox may nothing
         * @throws RefusedCredential when it does so no more
         */
        Actor actor(Instant now, boolean requireVerified) {
            if (ended) {
                throw refused("ended");
            }
            if (!expiresAt.isAfter(now)) {
                throw refused("expired");
            }
            if (workspaceId != null && role == null) {
                throw refused("member_removed");
            }
            return new Actor(
                    Actor.Ref.user(userId),
                    Actor.Ref.session(id),
                    expiresAt,
                    userId,
                    workspaceId,
                    role,
                    requireVerified && !emailVerified ? Set.of() : null,
                    ownRolePermissions,
                    platformOperator,
                    null,
                    brokerPerMinute,
                    Map.of(),
                    provedAt);
        }

        RefusedCredential refused(String reason) {
            return new RefusedCredential(Actor.Ref.session(id), Actor.Ref.user(userId), workspaceId, reason);
        }
    }

    /** @param checkedAt when its provider was last asked whether the person is still signed in there */
    record KnownBrowserSession(KnownSession session, Instant seenAt, Instant checkedAt, String provider) {}

    /** @param workspaces the person's workspaces, oldest membership first */
    record KnownIdentity(UUID userId, List<UUID> workspaces) {}

    /** A session that rests on a provider's. */
    record ProviderSession(UUID id, UUID userId, @Nullable UUID workspaceId) {}

    record KnownRefreshToken(
            UUID sessionId, UUID userId, @Nullable UUID workspaceId, int generation, int accountEpoch) {}

    record KnownInvitation(UUID id, UUID workspaceId, String email, Instant expiresAt, boolean accepted) {}

    /** @param mailed whether it proves the mailbox */
    record KnownResetCode(UUID id, UUID userId, String email, Instant expiresAt, boolean used, boolean mailed) {}

    Optional<KnownAccount> account(String email) {
        return one(
                "select a.id, a.password_hash, a.epoch, array(select m.workspace_id from membership m"
                        + " where m.user_id = a.id order by m.created_at, m.workspace_id) from account a"
                        + " where a.email = ? and a.password_hash is not null",
                row -> new KnownAccount(row.getObject(1, UUID.class), row.getString(2), row.getInt(3), ids(row, 4)),
                email);
    }

    Optional<KnownIdentity> identity(String issuer, String subject) {
        return one(
                "select f.user_id, array(select m.workspace_id from membership m where m.user_id = f.user_id"
                        + " order by m.created_at, m.workspace_id) from federated_identity f where f.issuer = ? and f.subject = ?",
                row -> new KnownIdentity(row.getObject(1, UUID.class), ids(row, 2)),
                issuer,
                subject);
    }

    Optional<KnownSession> session(UUID id) {
        return one(
                "select " + SESSION + " from session s" + SESSION_JOINS + " where s.id = ?",
                IdentityLookups::session,
                id);
    }

    Optional<KnownBrowserSession> browserSession(byte[] cookieHash) {
        return one(
                "select " + SESSION + ", b.seen_at, b.checked_at, b.provider from browser_session b"
                        + " join session s on s.id = b.session_id" + SESSION_JOINS + " where b.cookie_hash = ?",
                row -> new KnownBrowserSession(session(row), instant(row, 12), instant(row, 13), row.getString(14)),
                cookieHash);
    }

    /** The sessions that began with one of the provider's, or with any of a person there. */
    List<ProviderSession> providerSessions(String provider, @Nullable String providerSession, String subject) {
        return all(
                "select s.id, s.user_id, s.workspace_id from browser_session b join session s on s.id = b.session_id"
                        + " where b.provider = ? and s.ended_at is null and "
                        + (providerSession == null ? "b.provider_subject = ?" : "b.provider_session = ?"),
                row -> new ProviderSession(
                        row.getObject(1, UUID.class), row.getObject(2, UUID.class), row.getObject(3, UUID.class)),
                provider,
                providerSession == null ? subject : providerSession);
    }

    private static KnownSession session(ResultSet row) throws SQLException {
        return new KnownSession(
                row.getObject(1, UUID.class),
                row.getObject(2, UUID.class),
                row.getObject(3, UUID.class),
                instant(row, 4),
                row.getBoolean(5),
                row.getBoolean(6),
                row.getBoolean(7),
                row.getString(8),
                texts(row.getArray(9)),
                row.getObject(10, Integer.class),
                instant(row, 11));
    }

    Optional<KnownRefreshToken> refreshToken(byte[] hash) {
        return one(
                "select s.id, s.user_id, s.workspace_id, t.generation, a.epoch from refresh_token t"
                        + " join session s on s.id = t.session_id join account a on a.id = s.user_id where t.token_hash = ?",
                row -> new KnownRefreshToken(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getObject(3, UUID.class),
                        row.getInt(4),
                        row.getInt(5)),
                hash);
    }

    Optional<KnownInvitation> invitation(byte[] codeHash) {
        return one(
                "select id, workspace_id, email, expires_at, accepted_at is not null from invitation where code_hash = ?",
                row -> new KnownInvitation(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        instant(row, 4),
                        row.getBoolean(5)),
                codeHash);
    }

    Optional<KnownResetCode> resetCode(byte[] codeHash) {
        return one(
                "select r.id, r.user_id, a.email, r.expires_at, r.used_at is not null, r.mailed from reset_code r"
                        + " join account a on a.id = r.user_id where r.code_hash = ?",
                row -> new KnownResetCode(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        instant(row, 4),
                        row.getBoolean(5),
                        row.getBoolean(6)),
                codeHash);
    }

    private static Set<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? Set.of() : Set.of((String[]) array.getArray());
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> Optional<T> one(String sql, Reader<T> reader, Object... keys) {
        return all(sql, reader, keys).stream().findFirst();
    }

    private <T> List<T> all(String sql, Reader<T> reader, Object... keys) {
        try (var connection = authn.getConnection();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < keys.length; i++) {
                statement.setObject(i + 1, keys[i]);
            }
            List<T> found = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(reader.read(row));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static List<UUID> ids(ResultSet row, int column) throws SQLException {
        return Stream.of((Object[]) row.getArray(column).getArray())
                .map(UUID.class::cast)
                .toList();
    }
}
