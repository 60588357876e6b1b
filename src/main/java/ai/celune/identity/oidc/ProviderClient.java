package ai.celune.identity.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.egress.Fetch;
import ai.celune.web.Problem;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Calls to providers beside the code flow, on the thread of the caller. Certificates are checked against the JVM's authorities, as in quarkus-oidc. Each
 * throws {@link Problem} {@code identity_provider_unavailable} for a provider that gives no answer that means anything.
 */
@ApplicationScoped
public class ProviderClient {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final Map<String, JsonObject> published = new ConcurrentHashMap<>();

    private record Answer(int status, JsonObject body) {}

    /** The provider's key set (RFC 7517) as it is now. */
    String keys(Provider provider) {
        return good(send(HttpRequest.newBuilder(endpoint(provider, "jwks_uri").orElseThrow(this::unusable))))
                .encode();
    }

    /**
     * Asks whether the person is still signed in there, which is what a refresh does (RFC 6749, section 6).
     *
     * @return the tokens that replace the earlier ones; empty when the provider says no, or cannot be asked for want of a refresh token
     */
    public Optional<ProviderTokens> refresh(Provider provider, ProviderTokens tokens) {
        if (tokens.refreshToken() == null) {
            return Optional.empty();
        }
        Answer answer =
                send(HttpRequest.newBuilder(endpoint(provider, "token_endpoint").orElseThrow(this::unusable))
                        .header("Authorization", basic(provider))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                form(Map.of("grant_type", "refresh_token", "refresh_token", tokens.refreshToken())))));
        if (answer.status == 400 && "invalid_grant".equals(answer.body.getValue("error"))) {
            return Optional.empty();
        }
        JsonObject refreshed = good(answer);
        return Optional.of(tokens.replacedBy(refreshed.getString("id_token"), refreshed.getString("refresh_token")));
    }

    /**
     * Where a browser ends its session at the provider too (OpenID Connect RP-Initiated Logout, section 2); empty when the provider has no such place.
     *
     * @param origin scheme and authority by which the browser knows us
     */
    public Optional<String> logout(Provider provider, ProviderTokens tokens, String origin) {
        return endpoint(provider, "end_session_endpoint").map(place -> {
            Map<String, String> parameters = new java.util.TreeMap<>(Map.of(
                    "client_id",
                    provider.settings().clientId(),
                    "post_logout_redirect_uri",
                    origin + provider.settings().landing()));
            if (tokens.idToken() != null) {
                parameters.put("id_token_hint", tokens.idToken());
            }
            return place + "?" + form(parameters);
        });
    }

    private Optional<URI> endpoint(Provider provider, String name) {
        JsonObject document = published.computeIfAbsent(provider.settings().issuer(), this::discover);
        return Optional.ofNullable(document.getString(name)).map(URI::create);
    }

    private JsonObject discover(String issuer) {
        JsonObject document = good(send(HttpRequest.newBuilder(
                URI.create(issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration"))));
        if (!issuer.equals(document.getString("issuer"))) {
            throw unusable();
        }
        return document;
    }

    private JsonObject good(Answer answer) {
        if (answer.status != 200) {
            throw unusable();
        }
        return answer.body;
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = Fetch.text(client, request.build(), ANSWER);
            return new Answer(answer.statusCode(), new JsonObject(answer.body()));
        } catch (IOException | DecodeException e) {
            throw unusable().causedBy(e);
        }
    }

    private Problem unusable() {
        return new Problem(OidcErrors.UNAVAILABLE).retryAfter(10);
    }

    /** RFC 6749, section 2.3.1: both parts are form-encoded first. */
    private static String basic(Provider provider) {
        String pair = encoded(provider.settings().clientId()) + ":"
                + encoded(provider.settings().clientSecret());
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, UTF_8);
    }
}
