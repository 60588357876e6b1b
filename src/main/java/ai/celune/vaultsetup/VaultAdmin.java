package ai.celune.vaultsetup;

import ai.celune.egress.Authorities;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Vault's API with an operator's token; every failure is one line for whoever runs the command. */
final class VaultAdmin implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    /** What Vault says of a thing that is not there, or whose mount is not. */
    private static final Set<Integer> ABSENT = Set.of(400, 404);

    private final VaultSetupOptions options;
    private final HttpClient http;

    VaultAdmin(VaultSetupOptions options) {
        this.options = options;
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(TIMEOUT);
        if (options.caFile() != null) {
            try {
                client.sslContext(Authorities.tls(options.caFile()));
            } catch (IllegalStateException e) {
                throw Refusal.of("VAULT_CACERT: no certificates can be read from " + options.caFile());
            }
        }
        http = client.build();
    }

    /** What is stored there; a missing node where nothing is. */
    JsonNode read(String path) {
        HttpResponse<byte[]> answer = send("GET", path, BodyPublishers.noBody());
        if (ABSENT.contains(answer.statusCode())) {
            return JSON.missingNode();
        }
        return body(path, answer).path("data");
    }

    JsonNode write(String path, Map<String, ?> values) {
        try {
            return body(path, send("POST", path, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(values))))
                    .path("data");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode body(String path, HttpResponse<byte[]> answer) {
        try {
            JsonNode body = answer.body().length == 0 ? JSON.missingNode() : JSON.readTree(answer.body());
            if (answer.statusCode() >= 300) {
                throw Refusal.of("Vault answered " + answer.statusCode() + " to " + path + ": "
                        + String.join(
                                "; ",
                                body.path("errors")
                                        .valueStream()
                                        .map(error -> error.asText().replaceAll("\\s+", " "))
                                        .toList()));
            }
            return body;
        } catch (IOException e) {
            throw Refusal.of("what answers at VAULT_ADDR is no Vault");
        }
    }

    private HttpResponse<byte[]> send(String method, String path, HttpRequest.BodyPublisher body) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(options.address().replaceFirst("/+$", "") + "/v1/" + path))
                    .timeout(TIMEOUT)
                    .header("X-Vault-Token", options.token())
                    .method(method, body);
            if (options.namespace() != null) {
                request.header("X-Vault-Namespace", options.namespace());
            }
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IllegalArgumentException e) {
            throw Refusal.of("VAULT_ADDR is no address: " + options.address());
        } catch (IOException e) {
            throw Refusal.of("Vault does not answer at " + options.address() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.of("interrupted");
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
