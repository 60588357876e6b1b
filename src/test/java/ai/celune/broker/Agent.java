package ai.celune.broker;

import ai.celune.support.Actors;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A workspace with provider keys, an agent's API key for them, and what the log tells about their use. */
final class Agent {
    static final String OPENAI = "sk-proj-9fQ2/Lm+Zx84TqWv7Bn1Rk5Yp3Dc6Hs0";
    static final String ANTHROPIC = "sk-ant-api03-Uq7Xw2Lm9Vb4Nc6Zk1Jh5Gf8Ds3Ap0";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Map<String, Agent> SHARED = new ConcurrentHashMap<>();

    final String service;
    final String owner;
    final String openaiKey;
    final String anthropicKey;
    final String key;
    final String keyId;

    private Agent(String service) {
        this.service = service;
        owner = Actors.newWorkspace().token();
        openaiKey = storeKey("openai", OPENAI);
        anthropicKey = storeKey("anthropic", ANTHROPIC);
        JsonNode created = apiKey(List.of("provider-keys:use"), List.of(openaiKey, anthropicKey));
        key = created.path("key").asText();
        keyId = created.path("id").asText();
    }

    /** One for all tests of a test database. */
    static Agent of(URI service) {
        return SHARED.computeIfAbsent(
                PostgresResource.superuserJdbcUrl(),
                database -> new Agent(service.toString().replaceAll("/$", "")));
    }

    String storeKey(String provider, String value) {
        return post(
                        "/v1/provider-keys",
                        owner,
                        "{\"provider\":\"%s\",\"name\":\"test\",\"key\":\"%s\"}".formatted(provider, value))
                .path("id")
                .asText();
    }

    /** An API key for a new key of that provider, wherever it lives. */
    String keyFor(String provider, String value) {
        return provider.equals("openai-compatible")
                ? customKey(provider, value, "http://127.0.0.1:" + ProviderAddress.port())
                : apiKeyFor(storeKey(provider, value));
    }

    /** An API key for this provider key alone. */
    String apiKeyFor(String providerKey) {
        return apiKey(List.of("provider-keys:use"), List.of(providerKey))
                .path("key")
                .asText();
    }

    /** An API key for a provider of the workspace's own. */
    String customKey(String baseUrl) {
        return customKey("custom", OPENAI, baseUrl);
    }

    private String customKey(String provider, String value, String baseUrl) {
        return apiKeyFor(post(
                        "/v1/provider-keys",
                        owner,
                        "{\"provider\":\"%s\",\"name\":\"test\",\"key\":\"%s\",\"baseUrl\":\"%s\"}"
                                .formatted(provider, value, baseUrl))
                .path("id")
                .asText());
    }

    JsonNode apiKey(List<String> scopes, List<String> bindings) {
        try {
            return post(
                    "/v1/api-keys",
                    owner,
                    "{\"name\":\"agent\",\"scopes\":%s,\"bindings\":%s}"
                            .formatted(JSON.writeValueAsString(scopes), JSON.writeValueAsString(bindings)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void revoke(String id) {
        expect(204, send(request("/v1/api-keys/" + id, owner).DELETE()));
    }

    void delete(String path) {
        expect(204, send(request(path, owner).DELETE()));
    }

    JsonNode post(String path, @Nullable String credential, String body) {
        HttpResponse<String> answer = send(request(path, credential)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        expect(201, answer);
        return json(answer);
    }

    /** Says what a provider key may be used for. */
    void rules(String providerKey, String body) {
        expect(200, put("/v1/provider-keys/" + providerKey + "/rules", body));
    }

    HttpResponse<String> put(String path, String body) {
        return send(request(path, owner)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path) {
        return send(request(path, owner).GET());
    }

    /** A broker call. */
    HttpRequest.Builder call(String path) {
        return request("/v1/proxy/" + path, key);
    }

    HttpRequest.Builder request(String path, @Nullable String credential) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(service + path)).timeout(Duration.ofSeconds(20));
        return credential == null ? request : request.header("Authorization", "Bearer " + credential);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return send(request, HttpResponse.BodyHandlers.ofString());
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return HTTP.send(request.build(), handler);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static JsonNode json(HttpResponse<String> answer) {
        return json(answer.body());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static void expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(answer + " " + answer.body());
        }
    }

    long count(String action) {
        return Long.parseLong(Rows.one("select count(*) from audit_event where action = '" + action + "'"));
    }

    /** The entry about the end of the latest use, once it is stored. */
    JsonNode lastEnd() {
        String use = Rows.one("select convert_from(bytes, 'UTF8')::json -> 'details' ->> 'use' from audit_event"
                + " where action = 'provider_key.used' order by id desc limit 1");
        String sql = "select convert_from(bytes, 'UTF8') from audit_event where action = 'provider_key.use_completed'"
                + " and convert_from(bytes, 'UTF8') like '%" + use + "%'";
        eventually(() -> !Rows.column(sql).isEmpty());
        return json(Rows.one(sql));
    }

    /** The latest entry about this action. */
    JsonNode last(String action) {
        return json(Rows.one("select convert_from(bytes, 'UTF8') from audit_event where action = '" + action
                + "' order by id desc limit 1"));
    }

    static void eventually(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come true within 10 s");
            }
            Thread.onSpinWait();
        }
    }
}
