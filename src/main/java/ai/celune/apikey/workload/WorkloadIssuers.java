package ai.celune.apikey.workload;

import ai.celune.egress.Authorities;
import ai.celune.egress.EgressConfig;
import ai.celune.security.IssuerKeys;
import ai.celune.web.Problem;
import io.quarkus.runtime.Startup;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The configured issuers, and how their keys are read: when a token needs them, so that one that is away holds up nothing but its own workloads. */
@Startup
@ApplicationScoped
public class WorkloadIssuers {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final HttpClient client;
    private final Map<String, WorkloadIssuer> byIssuer = new HashMap<>();

    WorkloadIssuers(WorkloadConfig config, EgressConfig egress, Clock clock) {
        client = client(egress.authorities());
        config.issuers().forEach((name, settings) -> {
            require(
                    name + ".audience",
                    settings.audience().isEmpty() || settings.workspace().isPresent(),
                    "is only for an issuer with a workspace");
            require(name + ".issuer", !byIssuer.containsKey(settings.issuer()), "is that of another, too");
            byIssuer.put(
                    settings.issuer(),
                    new WorkloadIssuer(
                            settings, new IssuerKeys(() -> keys(settings), WorkloadIssuers::unavailable, clock)));
        });
    }

    /** The issuer with that {@code iss}. */
    public Optional<WorkloadIssuer> find(String issuer) {
        return Optional.ofNullable(byIssuer.get(issuer));
    }

    boolean isEmpty() {
        return byIssuer.isEmpty();
    }

    private static void require(String property, boolean good, String why) {
        if (!good) {
            throw new IllegalStateException("celune.workload." + property + " " + why);
        }
    }

    private String keys(WorkloadConfig.Issuer settings) {
        URI place = settings.keys().orElseGet(() -> discovered(settings));
        try {
            return "file".equals(place.getScheme()) ? Files.readString(Path.of(place)) : get(place, settings);
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** OpenID Connect Discovery 1.0, section 4. */
    private URI discovered(WorkloadConfig.Issuer settings) {
        String issuer = settings.issuer();
        try {
            JsonObject document = new JsonObject(get(URI.create(issuer.replaceFirst("/$", "") + DISCOVERY), settings));
            String place = document.getString("jwks_uri");
            if (place == null || !issuer.equals(document.getString("issuer"))) {
                throw new IOException("the discovery document is not that of " + issuer);
            }
            return URI.create(place);
        } catch (IOException | DecodeException | IllegalArgumentException e) {
            throw unavailable(e);
        }
    }

    private String get(URI place, WorkloadConfig.Issuer settings) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(place).timeout(ANSWER);
        if (settings.tokenFile().isPresent()) {
            request.header(
                    "Authorization",
                    "Bearer " + Files.readString(settings.tokenFile().get()).strip());
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(place + " answered " + answer.statusCode());
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static Problem unavailable(Exception cause) {
        return new Problem(WorkloadErrors.ISSUER_UNAVAILABLE).retryAfter(10).causedBy(cause);
    }

    private static HttpClient client(Optional<Path> authorities) {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        authorities.ifPresent(file -> client.sslContext(Authorities.tls(file)));
        return client.build();
    }
}
