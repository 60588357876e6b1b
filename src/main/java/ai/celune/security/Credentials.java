package ai.celune.security;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.BaseAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Where a request carries its credential, and how a mechanism turns one into an identity. */
@ApplicationScoped
public class Credentials {
    public static final String API_KEY_PREFIX = "clk_";

    private static final String BEARER = "bearer ";
    /** Where the SDKs of providers put their keys; an agent's Celune key arrives there on broker calls. */
    private static final List<String> SDK_HEADERS = List.of("x-api-key", "api-key", "x-goog-api-key");

    /** A credential that a mechanism has proved; the augmentors add its permissions. */
    public static final class Proved extends BaseAuthenticationRequest {
        private final Actor actor;

        Proved(Actor actor) {
            this.actor = actor;
        }

        public Actor actor() {
            return actor;
        }
    }

    /** Every credential of the request, in whatever place it may stand; more than one is ambiguous. */
    public static List<String> sent(RoutingContext context) {
        MultiMap headers = context.request().headers();
        List<String> sent = new ArrayList<>(headers.getAll("Authorization"));
        if (BrokerPath.is(context.request().path())) {
            SDK_HEADERS.forEach(header -> sent.addAll(headers.getAll(header)));
        }
        return sent;
    }

    /** The one credential of the request without its scheme; null for none. */
    public static @Nullable String bearer(RoutingContext context) {
        List<String> sent = sent(context);
        if (sent.size() != 1) {
            return null;
        }
        String value = sent.getFirst();
        if (context.request().headers().contains("Authorization")) {
            // A scheme that we do not know is a bad credential, not an absent one.
            return value.regionMatches(true, 0, BEARER, 0, BEARER.length()) ? value.substring(BEARER.length()) : "";
        }
        return value;
    }

    /** Looks a credential up off the event loop and makes the identity of what was found. */
    public Uni<SecurityIdentity> resolve(
            RoutingContext context, IdentityProviderManager manager, Callable<Actor> lookup) {
        return Uni.createFrom()
                .completionStage(
                        () -> context.vertx().executeBlocking(lookup, false).toCompletionStage())
                .onItem()
                .ifNull()
                .failWith(AuthenticationFailedException::new)
                .flatMap(actor -> manager.authenticate(new Proved(actor)));
    }
}
