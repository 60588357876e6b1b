package ai.celune.broker;

import ai.celune.audit.Origin;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.provider.Catalogue;
import ai.celune.provider.Provider;
import ai.celune.providerkey.ProviderKeyPermissions;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RequestFacts;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks of the broker, checked as far as that needs no database.
 *
 * @param key the provider key that the caller names; null for the only one that fits
 * @param length declared length of the body; -1 when it comes in chunks
 * @param started {@link System#nanoTime()} from before the credential was looked up
 */
record BrokerRequest(
        Actor actor,
        Origin origin,
        HttpMethod method,
        Provider provider,
        ProxyTarget target,
        @Nullable UUID key,
        long length,
        long started) {
    static final String STARTED = "celune.broker.started";

    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /**
     * Reads a request.
     *
     * @throws Problem when it is refused
     */
    static BrokerRequest of(RoutingContext context, Catalogue catalogue, long maxBody) {
        HttpServerRequest request = context.request();
        Actor actor = CurrentRequest.actorOf(context);
        if (actor == null) {
            throw new Problem(ErrorCode.UNAUTHENTICATED);
        }
        if (actor.workspaceId() == null || !actor.may(ProviderKeyPermissions.USE)) {
            throw new Problem(ErrorCode.PERMISSION_DENIED);
        }
        if (!METHODS.contains(request.method())) {
            throw new Problem(ErrorCode.METHOD_NOT_ALLOWED);
        }
        ProxyTarget target = target(request.uri());
        Provider provider = catalogue
                .find(target.provider())
                .orElseThrow(() -> new Problem(ErrorCode.NOT_FOUND, "there is no such provider"));
        if (!provider.serves(target.path())) {
            throw new Problem(ErrorCode.PERMISSION_DENIED, "the path is not of the provider's API");
        }
        long length = length(request);
        if (length > maxBody) {
            throw new Problem(ErrorCode.BODY_TOO_LARGE);
        }
        return new BrokerRequest(
                actor,
                Origin.of(actor, RequestFacts.of(context)),
                request.method(),
                provider,
                target,
                key(request.headers().getAll("Celune-Provider-Key")),
                length,
                started(context));
    }

    static long started(RoutingContext context) {
        Long started = context.get(STARTED);
        return started == null ? System.nanoTime() : started;
    }

    /** A call of Celune's own with one key, by GET. */
    static BrokerRequest own(RoutingContext context, Provider provider, String pathAndQuery, UUID key) {
        Actor actor = Objects.requireNonNull(CurrentRequest.actorOf(context));
        String[] parts = pathAndQuery.split("(?=\\?)", 2);
        ProxyTarget target = new ProxyTarget(provider.name(), parts[0], parts.length == 1 ? "" : parts[1]);
        return new BrokerRequest(
                actor,
                Origin.of(actor, RequestFacts.of(context)),
                HttpMethod.GET,
                provider,
                target,
                key,
                0,
                started(context));
    }

    boolean hasBody() {
        return length != 0;
    }

    private static ProxyTarget target(String uri) {
        try {
            return ProxyTarget.parse(uri);
        } catch (RefusedDestinationException e) {
            throw new Problem(ErrorCode.INVALID_REQUEST, e.getMessage());
        }
    }

    private static @Nullable UUID key(List<String> sent) {
        if (sent.isEmpty()) {
            return null;
        }
        if (sent.size() > 1 || !UUID_FORM.matcher(sent.getFirst()).matches()) {
            throw new Problem(ErrorCode.INVALID_REQUEST, "Celune-Provider-Key must be the id of a provider key");
        }
        return UUID.fromString(sent.getFirst());
    }

    private static long length(HttpServerRequest request) {
        List<String> sent = request.headers().getAll("Content-Length");
        if (sent.isEmpty()) {
            return request.headers().contains("Transfer-Encoding") || isOpenStream(request) ? -1 : 0;
        }
        if (sent.size() > 1 || !LENGTH.matcher(sent.getFirst()).matches()) {
            throw new Problem(ErrorCode.INVALID_REQUEST, "Content-Length must be one number");
        }
        return Long.parseLong(sent.getFirst());
    }

    private static boolean isOpenStream(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 && !request.isEnded();
    }
}
