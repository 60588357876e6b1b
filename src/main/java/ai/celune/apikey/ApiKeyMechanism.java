package ai.celune.apikey;

import ai.celune.egress.Cidr;
import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import ai.celune.security.RefusedCredential;
import ai.celune.security.RequestFacts;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** API keys: form and checksum first, so that junk costs no read; then one statement on the primary, without any cache (R25, R28). */
@ApplicationScoped
class ApiKeyMechanism implements HttpAuthenticationMechanism {
    private static final String LOOKUP = "select k.id, k.workspace_id, k.user_id, k.service_account_id, k.scopes,"
            + " k.expires_at, k.revoked_at is not null, coalesce(m.role, s.role), w.broker_per_minute,"
            + " array(select b.provider_key_id from api_key_binding b"
            + " where b.workspace_id = k.workspace_id and b.api_key_id = k.id), k.allowed_addresses"
            + " from api_key k join workspace w on w.id = k.workspace_id"
            + " left join membership m on m.workspace_id = k.workspace_id and m.user_id = k.user_id"
            + " left join service_account s on s.workspace_id = k.workspace_id and s.id = k.service_account_id"
            + " and s.removed_at is null where k.token_hash = ?";

    private final AgroalDataSource authn;
    private final Credentials credentials;
    private final ApiKeyActivity activity;
    private final Clock clock;

    ApiKeyMechanism(
            @DataSource("authn") AgroalDataSource authn,
            Credentials credentials,
            ApiKeyActivity activity,
            Clock clock) {
        this.authn = authn;
        this.credentials = credentials;
        this.activity = activity;
        this.clock = clock;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String sent = Credentials.bearer(context);
        if (sent == null || !sent.startsWith(Credentials.API_KEY_PREFIX)) {
            return Uni.createFrom().nullItem();
        }
        return ApiKeyToken.parse(sent)
                .map(token -> credentials.resolve(context, manager, () -> actor(token, RequestFacts.of(context))))
                .orElseGet(() -> Uni.createFrom().failure(new AuthenticationFailedException()));
    }

    private Actor actor(ApiKeyToken token, RequestFacts facts) throws SQLException {
        try (token;
                var connection = authn.getConnection();
                var statement = connection.prepareStatement(LOOKUP)) {
            statement.setBytes(1, token.hash());
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new AuthenticationFailedException();
                }
                Actor actor = read(row, facts.address());
                activity.used(actor, facts.address());
                return actor;
            }
        }
    }

    private Actor read(ResultSet row, String address) throws SQLException {
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
        Set<String> allowed = set(row.getArray(11), String.class);
        if (!allowed.isEmpty()
                && allowed.stream().noneMatch(block -> Cidr.parse(block).contains(address))) {
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
                Set.of(),
                false,
                set(row.getArray(10), UUID.class),
                row.getObject(9, Integer.class));
    }

    private static <T> Set<T> set(Array array, Class<T> type) throws SQLException {
        Set<T> values = new HashSet<>();
        Arrays.stream((Object[]) array.getArray()).map(type::cast).forEach(values::add);
        return values;
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }
}
