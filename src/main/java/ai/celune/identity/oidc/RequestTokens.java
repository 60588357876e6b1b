package ai.celune.identity.oidc;

import io.quarkus.oidc.AuthorizationCodeTokens;
import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TokenStateManager;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.Objects;

/**
 * Keeps the tokens of a code flow out of quarkus-oidc's cookie: they stay in the request until they lie sealed in the row of the session that it begins.
 * The cookie is dropped before the answer goes out ({@link CodeFlow}), so that nobody ever brings one back.
 */
@Alternative
@Priority(1)
@ApplicationScoped
class RequestTokens implements TokenStateManager {
    private static final String KEY = "celune.oidc.tokens";

    static ProviderTokens of(RoutingContext context) {
        AuthorizationCodeTokens tokens = Objects.requireNonNull(context.<AuthorizationCodeTokens>get(KEY));
        return new ProviderTokens(tokens.getIdToken(), tokens.getRefreshToken());
    }

    @Override
    public Uni<String> createTokenState(
            RoutingContext context,
            OidcTenantConfig tenant,
            AuthorizationCodeTokens tokens,
            OidcRequestContext<String> blocking) {
        context.put(KEY, tokens);
        return Uni.createFrom().item("none");
    }

    @Override
    public Uni<AuthorizationCodeTokens> getTokens(
            RoutingContext context,
            OidcTenantConfig tenant,
            String state,
            OidcRequestContext<AuthorizationCodeTokens> blocking) {
        return Uni.createFrom().failure(new AuthenticationFailedException());
    }

    @Override
    public Uni<Void> deleteTokens(
            RoutingContext context, OidcTenantConfig tenant, String state, OidcRequestContext<Void> blocking) {
        return Uni.createFrom().voidItem();
    }
}
