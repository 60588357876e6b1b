package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import ai.celune.apikey.workload.WorkloadIssuer;
import ai.celune.apikey.workload.WorkloadTokens;
import ai.celune.apikey.workload.WorkloadTokens.Verified;
import ai.celune.egress.Cidr;
import ai.celune.security.Actor;
import ai.celune.security.RefusedCredential;
import ai.celune.web.Problem;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who a key speaks for at this moment: one statement on the primary, without any cache (R25, R28). */
@ApplicationScoped
class ApiKeyLookup {
    private static final String LOOKUP = "select k.id, k.workspace_id, k.user_id, k.service_account_id, k.scopes,"
            + " k.expires_at, k.revoked_at is not null, coalesce(m.role, s.role), w.broker_per_minute,"
            + " array(select coalesce(b.provider_key_id, b.slack_connection_id) from api_key_binding b"
            + " where b.workspace_id = k.workspace_id and b.api_key_id = k.id), k.allowed_addresses, r.permissions,"
            + " k.read_per_minute, k.write_per_minute, k.broker_per_minute, w.deletes_at is not null"
            + " from api_key k join workspace w on w.id = k.workspace_id"
            + " left join membership m on m.workspace_id = k.workspace_id and m.user_id = k.user_id"
            + " left join service_account s on s.workspace_id = k.workspace_id and s.id = k.service_account_id"
            + " and s.removed_at is null"
            + " left join workspace_role r on r.workspace_id = k.workspace_id and r.name = coalesce(m.role, s.role) where ";
    private static final String BY_VALUE = LOOKUP + "k.token_hash = ?";
    /** The live one, or else the last that was. A token from before a revocation never counts again, also for a key that was made since. */
    private static final String BY_WORKLOAD = LOOKUP
            + "k.workload_issuer = ? and k.workload_subject = ? and k.workload_audience = ?"
            + " and (k.revoked_at is not null or not exists (select 1 from api_key e where e.workload_issuer = k.workload_issuer"
            + " and e.workload_subject = k.workload_subject and e.workload_audience = k.workload_audience and e.revoked_at >= ?))"
            + " order by k.revoked_at desc nulls first limit 1";

    private final AgroalDataSource authn;
    private final WorkloadTokens tokens;
    private final Clock clock;

    ApiKeyLookup(@DataSource("authn") AgroalDataSource authn, WorkloadTokens tokens, Clock clock) {
        this.authn = authn;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * The actor of a live key; nobody for an unknown one.
     *
     * @param address where it is used, a literal; null where nobody knows, which a key that is confined to addresses does not allow
     * @throws RefusedCredential for a key that no longer counts, or not there
     */
    Optional<Actor> find(ApiKeyToken token, @Nullable String address) throws SQLException {
        return find(BY_VALUE, List.of(token.hash()), address);
    }

    /**
     * The same for the key that the token of a workload stands for; nobody for a token that is not good.
     *
     * @throws Problem {@code issuer_unavailable} when the issuer's keys cannot be had
     */
    Optional<Actor> find(WorkloadIssuer issuer, String token, @Nullable String address) throws SQLException {
        Verified verified = tokens.verify(issuer, token).orElse(null);
        if (verified == null) {
            return Optional.empty();
        }
        Workload workload = verified.workload();
        return find(
                        BY_WORKLOAD,
                        List.of(
                                workload.issuer(),
                                workload.subject(),
                                workload.audience(),
                                verified.issuedAt().atOffset(ZoneOffset.UTC)),
                        address)
                .filter(actor -> issuer.isFor(actor.workspace()));
    }

    private Optional<Actor> find(String sql, List<Object> by, @Nullable String address) throws SQLException {
        try (var connection = authn.getConnection();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < by.size(); i++) {
                statement.setObject(i + 1, by.get(i));
            }
            try (var row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(row, address)) : Optional.empty();
            }
        }
    }

    private Actor read(ResultSet row, @Nullable String address) throws SQLException {
        Actor.Ref credential = Actor.Ref.apiKey(row.getObject(1, UUID.class));
        UUID workspace = row.getObject(2, UUID.class);
        UUID person = row.getObject(3, UUID.class);
        Actor.Ref principal = Actor.Ref.principal(person, row.getObject(4, UUID.class));
        OffsetDateTime end = row.getObject(6, OffsetDateTime.class);
        Instant expiresAt = end == null ? null : end.toInstant();
        if (row.getBoolean(7)) {
            throw new RefusedCredential(credential, principal, workspace, "revoked");
        }
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            throw new RefusedCredential(credential, principal, workspace, "expired");
        }
        if (row.getBoolean(16)) {
            throw new RefusedCredential(credential, principal, workspace, "workspace_deleted");
        }
        Set<String> allowed = set(row.getArray(11), String.class);
        if (!allowed.isEmpty() && !isIn(allowed, address)) {
            throw new RefusedCredential(credential, principal, workspace, "address_not_allowed");
        }
        String role = row.getString(8);
        if (role == null) {
            throw new RefusedCredential(credential, principal, workspace, "member_removed");
        }
        return new Actor(
                principal,
                credential,
                expiresAt,
                person,
                workspace,
                role,
                set(row.getArray(5), String.class),
                set(row.getArray(12), String.class),
                false,
                set(row.getArray(10), UUID.class),
                row.getObject(9, Integer.class),
                new KeyLimits(
                                row.getObject(13, Integer.class),
                                row.getObject(14, Integer.class),
                                row.getObject(15, Integer.class))
                        .byClass(),
                null);
    }

    private static boolean isIn(Set<String> blocks, @Nullable String address) {
        return address != null
                && blocks.stream().anyMatch(block -> Cidr.parse(block).contains(address));
    }

    private static <T> Set<T> set(@Nullable Array array, Class<T> type) throws SQLException {
        Set<T> values = new HashSet<>();
        if (array == null) {
            return values;
        }
        Arrays.stream((Object[]) array.getArray()).map(type::cast).forEach(values::add);
        return values;
    }
}
