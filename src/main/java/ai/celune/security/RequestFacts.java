package ai.celune.security;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a request before anybody is authenticated.
 *
 * @param requestId echoed in {@code X-Request-Id}, in problem documents, logs and audit entries
 * @param traceId W3C trace id, when the caller sent a well-formed {@code traceparent}
 * @param address the client's address, from the socket or a trusted proxy
 * @param userAgent as sent, at most 256 characters
 */
public record RequestFacts(
        String requestId,
        @Nullable String traceId,
        String address,
        @Nullable String userAgent) {
    private static final String KEY = "celune.request";

    public void storeIn(RoutingContext context) {
        context.put(KEY, this);
    }

    /** The facts of a request; a request that no handler of ours has seen yet is a programming error. */
    public static RequestFacts of(RoutingContext context) {
        RequestFacts facts = context.get(KEY);
        if (facts == null) {
            throw new IllegalStateException("request facts are read before they are gathered");
        }
        return facts;
    }
}
