package ai.celune.apikey;

import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import ai.celune.security.RequestFacts;
import ai.celune.security.UnknownCredential;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;

/** API keys: form and checksum first, so that junk costs no read; then the look-up (R25, R28). */
@ApplicationScoped
class ApiKeyMechanism implements HttpAuthenticationMechanism {
    private final ApiKeyLookup lookup;
    private final Credentials credentials;
    private final ApiKeyActivity activity;

    ApiKeyMechanism(ApiKeyLookup lookup, Credentials credentials, ApiKeyActivity activity) {
        this.lookup = lookup;
        this.credentials = credentials;
        this.activity = activity;
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
        try (token) {
            Actor actor = lookup.find(token, facts.address()).orElseThrow(UnknownCredential::new);
            activity.used(actor, facts.address());
            return actor;
        }
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }
}
