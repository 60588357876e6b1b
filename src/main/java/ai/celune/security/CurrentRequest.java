package ai.celune.security;

import io.quarkus.arc.Arc;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** The request that the calling thread works on, if any. */
@ApplicationScoped
public class CurrentRequest {
    private final CurrentVertxRequest vertxRequest;

    CurrentRequest(CurrentVertxRequest vertxRequest) {
        this.vertxRequest = vertxRequest;
    }

    /** The facts of the current request; null in background work. */
    public @Nullable RequestFacts facts() {
        RoutingContext context = context();
        return context == null ? null : RequestFacts.of(context);
    }

    /** Who is calling; null in background work and for requests without a credential. */
    public @Nullable Actor actor() {
        RoutingContext context = context();
        return context == null ? null : actorOf(context);
    }

    /** Who is calling, for operations that the permission check lets only authenticated callers reach. */
    public Actor requireActor() {
        Actor actor = actor();
        if (actor == null) {
            throw new IllegalStateException("no authenticated caller");
        }
        return actor;
    }

    /** Who is calling, once the rate limiter has resolved the identity; null without a credential. */
    public static @Nullable Actor actorOf(RoutingContext context) {
        if (!(context.user() instanceof QuarkusHttpUser user)) {
            return null;
        }
        SecurityIdentity identity = user.getSecurityIdentity();
        return identity.getPrincipal() instanceof Actor actor ? actor : null;
    }

    public @Nullable RoutingContext context() {
        return Arc.container().requestContext().isActive() ? vertxRequest.getCurrent() : null;
    }
}
