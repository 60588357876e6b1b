package ai.celune.web;

import ai.celune.security.BrokerPath;
import ai.celune.security.RequestFacts;
import ai.celune.security.TrustedProxies;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first and the last of our handlers in front of the endpoints. */
@ApplicationScoped
class RequestGate {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{7,63}");
    /** W3C Trace Context, section 3.2: ids of zeros alone are invalid. */
    private static final Pattern TRACE_PARENT =
            Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_~{}-][A-Za-z0-9._~{}-]*+|/\\.well-known)++|/");
    private static final int LONGEST_PATH = 512;

    /** What follows on such a connection cannot be told from a body; it is closed as soon as the refusal is written. */
    private static final AttributeKey<Boolean> DOOMED = AttributeKey.valueOf("celune.doomed");

    private final Refusals refusals;
    private final TrustedProxies proxies;
    private final SecureRandom random;

    RequestGate(Refusals refusals, TrustedProxies proxies, SecureRandom random) {
        this.refusals = refusals;
        this.proxies = proxies;
        this.random = random;
    }

    void register(@Observes Filters filters) {
        filters.register(this::gather, HandlerOrder.FACTS);
        filters.register(this::shape, HandlerOrder.SHAPE);
    }

    private void gather(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (channel(request).hasAttr(DOOMED)) {
            return;
        }
        String id = requestId(request.getHeader("X-Request-Id"), random);
        new RequestFacts(
                        id,
                        traceId(request.getHeader("traceparent")),
                        proxies.client(request),
                        cut(request.getHeader("User-Agent")))
                .storeIn(context);
        context.response()
                .putHeader("X-Request-Id", id)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "no-store");
        context.next();
    }

    private void shape(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        if (!isPlainlyFramed(request.headers().getAll("Transfer-Encoding"))) {
            channel(request).attr(DOOMED).set(true);
            context.addEndHandler(answered -> request.connection().close());
            refusals.answer(context, new Problem(ErrorCode.INVALID_REQUEST, "the transfer coding is not known"));
        } else if (request.method().equals(HttpMethod.OPTIONS) && !isProxied(context)) {
            refusals.answer(context, new Problem(ErrorCode.METHOD_NOT_ALLOWED));
        } else if (isProxied(context)) {
            context.next();
        } else if (path == null
                || path.length() > LONGEST_PATH
                || !PATH.matcher(path).matches()) {
            refusals.answer(context, new Problem(ErrorCode.NOT_FOUND));
        } else if (declaredLength(request) > BodyIntake.MAX_BODY) {
            refusals.answer(context, new Problem(ErrorCode.BODY_TOO_LARGE));
        } else {
            context.next();
        }
    }

    /** Whether the broker serves the request, which brings its own rules for paths and bodies. */
    static boolean isProxied(RoutingContext context) {
        return BrokerPath.is(context.request().path());
    }

    private static Channel channel(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel();
    }

    private static boolean isPlainlyFramed(List<String> codings) {
        return codings.isEmpty() || (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"));
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && length.length() < 19 && length.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Long.parseLong("0" + length)
                : 0;
    }

    static String requestId(@Nullable String sent, SecureRandom random) {
        if (sent != null && REQUEST_ID.matcher(sent).matches()) {
            return sent;
        }
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static @Nullable String traceId(@Nullable String traceParent) {
        if (traceParent == null) {
            return null;
        }
        Matcher matcher = TRACE_PARENT.matcher(traceParent);
        return matcher.matches() ? matcher.group(1) : null;
    }

    /** Audit values are text without control characters, of bounded length. */
    static @Nullable String cut(@Nullable String header) {
        if (header == null) {
            return null;
        }
        String printable = header.replaceAll("\\p{Cc}|\\p{Cs}", "?");
        return printable.substring(0, Math.min(256, printable.length()));
    }
}
