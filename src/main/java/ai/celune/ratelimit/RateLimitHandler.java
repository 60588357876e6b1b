package ai.celune.ratelimit;

import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RefusedCredential;
import ai.celune.web.ErrorCode;
import ai.celune.web.HandlerOrder;
import ai.celune.web.Problem;
import ai.celune.web.Refusals;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands between authentication and authorization: resolves the identity, counts the request, and answers bad credentials and forged writes itself. A JAX-RS
 * filter would run after the permission check, and Quarkus' own failure handler before us.
 */
@ApplicationScoped
class RateLimitHandler {
    private static final Pattern ESCAPE = Pattern.compile("%(\\p{XDigit}{2})");

    private final RateLimiter limiter;
    private final Refusals refusals;
    private final IdentityProviderManager identities;

    RateLimitHandler(RateLimiter limiter, Refusals refusals, IdentityProviderManager identities) {
        this.limiter = limiter;
        this.refusals = refusals;
        this.identities = identities;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, HandlerOrder.LIMITS);
    }

    private void handle(RoutingContext context) {
        // Quarkus would answer a bad credential itself, before the subscription below does.
        BiConsumer<RoutingContext, Throwable> answeredBelow = (ignored, failure) -> {};
        context.put(QuarkusHttpUser.AUTH_FAILURE_HANDLER, answeredBelow);
        if (Credentials.sent(context).size() > 1) {
            unauthenticated(context, new Problem(ErrorCode.AMBIGUOUS_CREDENTIALS));
        } else if (hasKey(context.request().query())) {
            unauthenticated(
                    context, new Problem(ErrorCode.INVALID_REQUEST, "a key must not stand in the query string"));
        } else if (Credentials.isProviderSignIn(context)) {
            count(context, null);
        } else {
            QuarkusHttpUser.getSecurityIdentity(context, identities)
                    .subscribe()
                    .with(identity -> identified(context, identity), failure -> unauthenticated(context, failure));
        }
    }

    static boolean hasKey(@Nullable String query) {
        return query != null && decoded(query).contains("=" + Credentials.API_KEY_PREFIX);
    }

    /** What is no escape stays as it is: a decoder that gives up at it would overlook a key beside it. Keys are ASCII. */
    private static String decoded(String query) {
        return ESCAPE.matcher(query)
                .replaceAll(
                        escape -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(escape.group(1), 16))));
    }

    private void identified(RoutingContext context, SecurityIdentity identity) {
        QuarkusHttpUser.setIdentity(identity, context);
        count(context, CurrentRequest.actorOf(context));
    }

    private void count(RoutingContext context, @Nullable Actor actor) {
        LimitClass limitClass = limitClass(context);
        LimitClass counted = actor == null && !limitClass.isProof() ? LimitClass.ANONYMOUS : limitClass;
        limiter.take(context, counted, actor)
                .onSuccess(taken -> goOn(context, actor))
                .onFailure(refused -> refuse(context, refused));
    }

    private void refuse(RoutingContext context, Throwable refused) {
        if (refused instanceof RefusedCredential) {
            unauthenticated(context, refused);
        } else {
            refusals.answer(context, refused);
        }
    }

    private void goOn(RoutingContext context, @Nullable Actor actor) {
        if (actor != null && Credentials.isForged(context)) {
            refusals.answer(context, new Problem(ErrorCode.CROSS_SITE_REQUEST));
        } else {
            context.next();
        }
    }

    /** A bad credential costs a slot of its address, so that nobody tries many. */
    private void unauthenticated(RoutingContext context, Throwable failure) {
        limiter.take(context, LimitClass.ANONYMOUS, null)
                .onSuccess(taken -> refusals.answer(context, failure))
                .onFailure(limited -> refusals.answer(context, limited));
    }

    private static LimitClass limitClass(RoutingContext context) {
        String path = context.request().path();
        return LimitClass.of(context.request().method().name(), path == null ? "" : path);
    }
}
