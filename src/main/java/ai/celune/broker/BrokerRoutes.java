package ai.celune.broker;

import ai.celune.security.BrokerPath;
import ai.celune.web.HandlerOrder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Where the broker stands among the handlers of a request: outside JAX-RS, behind identity and limits. */
@ApplicationScoped
class BrokerRoutes {
    private final Broker broker;

    BrokerRoutes(Broker broker) {
        this.broker = broker;
    }

    void register(@Observes Filters filters) {
        filters.register(BrokerRoutes::noteStart, HandlerOrder.BROKER_START);
    }

    /** By the path as it came: a router's own pattern sees it decoded, and dot segments would lead out of it. */
    void register(@Observes Router router) {
        router.route().handler(context -> {
            if (isOurs(context)) {
                broker.serve(context);
            } else {
                context.next();
            }
        });
    }

    private static void noteStart(RoutingContext context) {
        context.put(BrokerRequest.STARTED, System.nanoTime());
        context.next();
    }

    private static boolean isOurs(RoutingContext context) {
        return BrokerPath.is(context.request().path());
    }
}
