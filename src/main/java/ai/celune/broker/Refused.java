package ai.celune.broker;

import ai.celune.web.Refusals;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** Answers of Celune's own on the broker's path. */
final class Refused {
    private static final long DRAIN_MILLIS = 2_000;

    private Refused() {}

    /** Refuses, and does not read on for long what the caller still sends. */
    static void answer(RoutingContext context, Refusals refusals, Throwable failure) {
        refusals.answer(context, failure);
        drain(context);
    }

    /** Throws away what the caller still sends, for a moment. */
    static void drain(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!request.isEnded()) {
            request.handler(ignored -> {});
            request.resume();
            context.vertx().setTimer(DRAIN_MILLIS, late -> {
                if (!request.isEnded()) {
                    Connections.breakOff(request);
                }
            });
        }
    }
}
