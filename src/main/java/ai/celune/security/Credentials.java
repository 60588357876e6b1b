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
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Where a request carries its credential, and how a mechanism turns one into an identity. */
@ApplicationScoped
public class Credentials {
    public static final String API_KEY_PREFIX = "clk_";

    /** Holds a browser's session. By its prefix only this very host can have set it, over TLS (RFC 6265bis, section 4.1.3.2). */
    public static final String COOKIE = "__Host-celune";

    private static final String BEARER = "bearer ";
    private static final String PROVIDER_SIGN_IN = "/v1/auth/oidc/";
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
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
        } else if (!isProviderSignIn(context)) {
            context.request().cookies(COOKIE).forEach(cookie -> sent.add(cookie.getValue()));
        }
        return sent;
    }

    /** Whether the request proves an identity by a provider, or ends one: no credential of ours is looked at, or a stale cookie would shut its owner out. */
    public static boolean isProviderSignIn(RoutingContext context) {
        String path = context.request().path();
        return path != null && path.startsWith(PROVIDER_SIGN_IN);
    }

    /** The session cookie of the request, when it is the one credential; the broker takes none. */
    public static @Nullable String cookie(RoutingContext context) {
        List<String> sent = sent(context);
        boolean other = context.request().headers().contains("Authorization")
                || BrokerPath.is(context.request().path());
        return sent.size() == 1 && !other ? sent.getFirst() : null;
    }

    /**
     * Whether a page of another origin, or nobody knows who, made the browser send a write with our cookie. Every browser says where a request comes from
     * wherever it sends a {@code __Host-} cookie (Fetch Metadata, section 2.2).
     */
    public static boolean isForged(RoutingContext context) {
        return cookie(context) != null
                && !SAFE_METHODS.contains(context.request().method().name())
                && !"same-origin".equals(context.request().getHeader("Sec-Fetch-Site"));
    }

    /** The one credential that stands in a header, without its scheme; null for none. */
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
        return BrokerPath.is(context.request().path()) ? value : null;
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
