package ai.celune.identity.oidc;

import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.quarkus.oidc.OIDCException;
import io.quarkus.oidc.common.runtime.OidcCommonUtils;
import io.quarkus.oidc.runtime.OidcAuthenticationMechanism;
import io.quarkus.oidc.runtime.OidcUtils;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.smallrye.mutiny.Uni;
import io.vertx.core.VertxException;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The authorization code flow with PKCE, state and nonce (RFC 6749, RFC 7636, OpenID Connect Core), which quarkus-oidc runs: called by the sign-in path
 * alone, so that it has no say in how any other request is authenticated.
 */
@ApplicationScoped
public class CodeFlow {
    private static final Set<String> ANSWER_OF_PROVIDER = Set.of("code", "error", "state");
    private static final int FOUND = 302;

    private final OidcAuthenticationMechanism flow;
    private final IdentityProviderManager identities;

    CodeFlow(OidcAuthenticationMechanism flow, IdentityProviderManager identities) {
        this.flow = flow;
        this.identities = identities;
    }

    /** What a request to the sign-in path comes to. */
    public sealed interface Step {}

    /** The browser has to go to the provider. */
    public record Ask(String location) implements Step {}

    /** It has come back from there. */
    public record Proved(ProviderSignIn signIn) implements Step {}

    /**
     * Takes the next step.
     *
     * @return fails with {@link Problem}: {@code unauthenticated} for an answer that the provider did not give to this browser, or gave before; {@code
     *     identity_provider_unavailable}
     */
    public Uni<Step> proceed(Provider provider, RoutingContext context) {
        Providers.use(provider, context);
        return flow.authenticate(context, identities)
                .flatMap(identity -> identity == null
                        ? ask(context)
                        : Uni.createFrom().item((Step) new Proved(proved(provider, context))))
                .onFailure()
                .transform(failure -> problem(provider, failure));
    }

    private Uni<Step> ask(RoutingContext context) {
        if (context.queryParams().names().stream().anyMatch(ANSWER_OF_PROVIDER::contains)) {
            // Without the cookie of the flow that it answers; asking anew would hide that from the person.
            return Uni.createFrom().failure(new AuthenticationFailedException());
        }
        return flow.getChallenge(context).map(challenge -> {
            if (challenge.status != FOUND) {
                throw new AuthenticationFailedException();
            }
            return new Ask(challenge.getHeaders().values().iterator().next().toString());
        });
    }

    private static ProviderSignIn proved(Provider provider, RoutingContext context) {
        context.response().removeCookie(OidcUtils.getSessionCookieName(provider.tenant()), false);
        ProviderTokens tokens = RequestTokens.of(context);
        return new ProviderSignIn(provider, OidcCommonUtils.decodeJwtContent(tokens.idToken()), tokens);
    }

    private static Throwable problem(Provider provider, Throwable failure) {
        if (isUnreachable(failure)) {
            return new Problem(OidcErrors.UNAVAILABLE).retryAfter(10).causedBy(failure);
        }
        return failure instanceof AuthenticationFailedException || failure instanceof AuthenticationCompletionException
                ? new Problem(ErrorCode.UNAUTHENTICATED)
                        .causedBy(failure)
                        .recordedAs(OidcEvents.refused(provider, "code_flow"))
                : failure;
    }

    /** quarkus-oidc says {@link OIDCException} alone when it cannot read what the provider publishes, and hides a failed call in its own. */
    private static boolean isUnreachable(Throwable failure) {
        return failure instanceof OIDCException
                || Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                        .anyMatch(cause -> cause instanceof IOException
                                || cause instanceof TimeoutException
                                || cause instanceof VertxException);
    }
}
