package ai.celune.identity;

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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What must be read before anybody is authenticated, as role celune_authn: one indexed statement each, outside any transaction. */
@ApplicationScoped
class IdentityLookups {
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
     * @param emailVerified whether the person has proved the mailbox
     * @param provedAt when the person last proved who they are
     * @param role null when the person is no member of the session's workspace any more
     * @param ownRolePermissions what the role allows if the workspace defines it; empty for a built-in one
     */
    record KnownSession(
            UUID userId,
            @Nullable UUID workspaceId,
            Instant expiresAt,
            boolean ended,
            boolean platformOperator,
            boolean emailVerified,
            @Nullable String role,
            Set<String> ownRolePermissions,
            @Nullable Integer brokerPerMinute,
            Instant provedAt) {}

    record KnownRefreshToken(
            UUID sessionId, UUID userId, @Nullable UUID workspaceId, int generation, int accountEpoch) {}

    record KnownInvitation(UUID id, UUID workspaceId, String email, Instant expiresAt, boolean accepted) {}

    /** @param mailed whether it proves the mailbox */
    record KnownResetCode(UUID id, UUID userId, String email, Instant expiresAt, boolean used, boolean mailed) {}

    Optional<KnownAccount> account(String email) {
        return one(
                "select a.id, a.password_hash, a.epoch, array(select m.workspace_id from membership m"
                        + " where m.user_id = a.id order by m.created_at, m.workspace_id) from account a where a.email = ?",
                email,
                row -> {
                    List<UUID> workspaces = new ArrayList<>();
                    for (Object workspace : (Object[]) row.getArray(4).getArray()) {
                        workspaces.add((UUID) workspace);
                    }
                    return new KnownAccount(
                            row.getObject(1, UUID.class), row.getString(2), row.getInt(3), List.copyOf(workspaces));
                });
    }

    Optional<KnownSession> session(UUID id) {
        return one(
                "select s.user_id, s.workspace_id, s.expires_at, s.ended_at is not null or s.epoch <> a.epoch,"
                        + " a.platform_operator, a.email_verified_at is not null, m.role, r.permissions, w.broker_per_minute,"
                        + " coalesce(s.proved_at, s.created_at) from session s"
                        + " join account a on a.id = s.user_id"
                        + " left join membership m on m.workspace_id = s.workspace_id and m.user_id = s.user_id"
                        + " left join workspace_role r on r.workspace_id = m.workspace_id and r.name = m.role"
                        + " left join workspace w on w.id = s.workspace_id where s.id = ?",
                id,
                row -> new KnownSession(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getString(7),
                        texts(row.getArray(8)),
                        row.getObject(9, Integer.class),
                        row.getObject(10, OffsetDateTime.class).toInstant()));
    }

    Optional<KnownRefreshToken> refreshToken(byte[] hash) {
        return one(
                "select s.id, s.user_id, s.workspace_id, t.generation, a.epoch from refresh_token t"
                        + " join session s on s.id = t.session_id join account a on a.id = s.user_id where t.token_hash = ?",
                hash,
                row -> new KnownRefreshToken(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getObject(3, UUID.class),
                        row.getInt(4),
                        row.getInt(5)));
    }

    Optional<KnownInvitation> invitation(byte[] codeHash) {
        return one(
                "select id, workspace_id, email, expires_at, accepted_at is not null from invitation where code_hash = ?",
                codeHash,
                row -> new KnownInvitation(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getBoolean(5)));
    }

    Optional<KnownResetCode> resetCode(byte[] codeHash) {
        return one(
                "select r.id, r.user_id, a.email, r.expires_at, r.used_at is not null, r.mailed from reset_code r"
                        + " join account a on a.id = r.user_id where r.code_hash = ?",
                codeHash,
                row -> new KnownResetCode(
                        row.getObject(1, UUID.class),
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getBoolean(5),
                        row.getBoolean(6)));
    }

    private static Set<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? Set.of() : Set.of((String[]) array.getArray());
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> Optional<T> one(String sql, Object key, Reader<T> reader) {
        try (var connection = authn.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, key);
            try (var row = statement.executeQuery()) {
                return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
