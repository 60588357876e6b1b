package ai.celune.apikey.workload;

import ai.celune.egress.Authorities;
import ai.celune.egress.EgressConfig;
import ai.celune.egress.Fetch;
import ai.celune.security.IssuerKeys;
import ai.celune.web.Problem;
import io.quarkus.runtime.Startup;
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
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The configured issuers, and how their keys are read: when a token needs them, so that one that is away holds up nothing but its own workloads. */
@Startup
@ApplicationScoped
public class WorkloadIssuers {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final HttpClient client;
    private final Map<String, WorkloadIssuer> byIssuer = new HashMap<>();

    WorkloadIssuers(
            WorkloadConfig config,
            EgressConfig egress,
            @ConfigProperty(name = "celune.session.issuer", defaultValue = "celune") String sessions,
            Clock clock) {
        client = client(egress.authorities());
        config.issuers().forEach((name, settings) -> {
            String issuer = settings.issuer();
            require(name + ".issuer", isPlace(issuer, "https?"), "must be an http or https address");
            require(name + ".issuer", !byIssuer.containsKey(issuer), "is that of another, too");
            require(name + ".issuer", !issuer.equals(sessions), "is that of our own access tokens");
            require(
                    name + ".keys",
                    settings.keys()
                            .map(keys -> isPlace(keys.toString(), "https?|file"))
                            .orElse(true),
                    "must be an http, https or file address");
            require(
                    name + ".audience",
                    settings.audience().isEmpty() || settings.workspace().isPresent(),
                    "is only for an issuer with a workspace");
            byIssuer.put(
                    issuer,
                    new WorkloadIssuer(
                            settings, new IssuerKeys(() -> keys(settings), WorkloadIssuers::unavailable, clock)));
        });
    }

    private static boolean isPlace(String address, String schemes) {
        return address.matches("(" + schemes + "):/.+");
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

    private String keys(WorkloadConfig.Issuer settings) throws IOException {
        URI place = settings.keys().isPresent() ? settings.keys().get() : discovered(settings);
        return "file".equals(place.getScheme()) ? Files.readString(Path.of(place)) : get(place, settings);
    }

    /** OpenID Connect Discovery 1.0, section 4. The document may name another host, but neither one without TLS nor a file of ours. */
    private URI discovered(WorkloadConfig.Issuer settings) throws IOException {
        String issuer = settings.issuer();
        JsonObject document = new JsonObject(get(URI.create(issuer.replaceFirst("/$", "") + DISCOVERY), settings));
        if (!issuer.equals(document.getString("issuer"))) {
            throw new IOException("the discovery document is not that of " + issuer);
        }
        URI place = URI.create(String.valueOf(document.getString("jwks_uri")));
        if (!isPlace(place.toString(), issuer.startsWith("https:") ? "https" : "https?")) {
            throw new IOException("the discovery document names no place for keys");
        }
        return place;
    }

    private String get(URI place, WorkloadConfig.Issuer settings) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(place);
        if (settings.tokenFile().isPresent() && isTrusted(place, settings)) {
            request.header(
                    "Authorization",
                    "Bearer " + Files.readString(settings.tokenFile().get()).strip());
        }
        HttpResponse<String> answer = Fetch.text(client, request.build(), ANSWER);
        if (answer.statusCode() != 200) {
            throw new IOException(place + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    /** Whether the operator named it: a place that a document names gets no token of ours. */
    private static boolean isTrusted(URI place, WorkloadConfig.Issuer settings) {
        return place.getRawAuthority().equals(URI.create(settings.issuer()).getRawAuthority())
                || settings.keys().map(place::equals).orElse(false);
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
