package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Rows;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several keys of one provider is used, and when another one is tried. */
@QuarkusTest
class SeveralKeysTest extends WithProvider {
    private static final String FIRST = "first-canary-0123456789";
    private static final String SECOND = "second-canary-0123456789";
    private static final String THIRD = "third-canary-0123456789";

    private String first = "";
    private String second = "";
    private String third = "";
    private String caller = "";

    @BeforeEach
    void storeThree() {
        third = agent.storeKey("openai", THIRD);
        second = agent.storeKey("openai", SECOND);
        first = agent.storeKey("openai", FIRST);
        caller = agent.apiKey(List.of("provider-keys:use"), List.of(first, second, third))
                .path("key")
                .asText();
    }

    @Test
    void withoutPrioritiesTheCallerMustChoose() {
        HttpResponse<String> refused = chat("{}");
        assertEquals("provider_key_ambiguous", Agent.json(refused).path("code").asText());
    }

    @Test
    void theLowestPriorityThatMayBeUsedIs() {
        prioritize();
        assertEquals(200, chat("{}").statusCode());
        assertEquals(List.of(FIRST), values());
        agent.rules(first, "{\"priority\":1,\"models\":[\"small\"]}");
        assertEquals(200, chat("{\"model\":\"large\"}").statusCode());
        assertEquals(200, chat("{\"model\":\"small\"}").statusCode());
        assertEquals(List.of(FIRST, SECOND, FIRST), values());
        agent.rules(first, "{\"priority\":1,\"disabledUntil\":\"2099-01-01T00:00:00Z\"}");
        agent.rules(second, "{\"priority\":2,\"budget\":{\"requests\":2}}");
        assertEquals(200, chat("{}").statusCode());
        assertEquals(200, chat("{}").statusCode());
        assertEquals(List.of(FIRST, SECOND, FIRST, SECOND, THIRD), values());
    }

    @Test
    void oneWithoutAPriorityIsTakenByItsNameOnly() {
        agent.rules(second, "{\"priority\":2}");
        assertEquals(200, chat("{}").statusCode());
        agent.rules(second, "{\"priority\":2,\"disabledUntil\":\"2099-01-01T00:00:00Z\"}");
        HttpResponse<String> refused = chat("{}");
        assertEquals("provider_key_disabled", Agent.json(refused).path("code").asText());
        assertEquals(200, chat(first, "{}").statusCode());
        assertEquals(List.of(SECOND, FIRST), values());
    }

    @Test
    void ofSeveralThatRefuseTheFirstSaysWhy() {
        agent.rules(first, "{\"priority\":1,\"paths\":[\"/v1/files\"]}");
        agent.rules(second, "{\"priority\":2,\"models\":[\"small\"]}");
        assertEquals("provider_key_path", Agent.json(chat("{}")).path("code").asText());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 429, 500, 503, 529})
    void theNextIsTriedWhereTheProviderRefusesOne(int status) {
        prioritize();
        provider.does((exchange, call) -> {
            boolean isLast = call.header("Authorization").contains(THIRD);
            Provider.send(exchange, isLast ? 200 : status, isLast ? "{\"model\":\"m\"}" : "{\"error\":\"no\"}");
        });
        long used = agent.count("provider_key.used");
        HttpResponse<String> answer = chat("{\"model\":\"m\"}");
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("{\"model\":\"m\"}", answer.body());
        assertEquals(List.of(FIRST, SECOND, THIRD), values());
        assertTrue(provider.calls().stream().allMatch(call -> call.body().equals("{\"model\":\"m\"}")));
        assertEquals(used + 3, agent.count("provider_key.used"));
        agent.lastEnd();
        Agent.eventually(() -> ends().equals(List.of(status + " " + first, status + " " + second, "200 " + third)));
    }

    @Test
    void whenAllHaveRefusedTheLastAnswerCounts() {
        prioritize();
        provider.does((exchange, call) -> Provider.send(
                exchange, call.header("Authorization").contains(THIRD) ? 503 : 429, "{\"error\":\"last\"}"));
        HttpResponse<String> answer = chat("{}");
        assertEquals(503, answer.statusCode());
        assertEquals("{\"error\":\"last\"}", answer.body());
        assertFalse(answer.headers().firstValue("Celune-Error").isPresent());
        assertEquals(3, provider.calls().size());
    }

    @Test
    void theAnswerStaysWhereTheNextMayNotBeUsed() {
        agent.rules(first, "{\"priority\":1}");
        agent.rules(second, "{\"priority\":2,\"models\":[\"small\"]}");
        provider.does((exchange, call) -> Provider.send(exchange, 429, "{\"error\":\"slow down\"}"));
        HttpResponse<String> answer = chat("{\"model\":\"large\"}");
        assertEquals(429, answer.statusCode());
        assertEquals("{\"error\":\"slow down\"}", answer.body());
        assertEquals(List.of(FIRST), values());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 403, 404, 422})
    void nothingElseIsTriedAgain(int status) {
        prioritize();
        provider.does((exchange, call) -> Provider.send(exchange, status, "{}"));
        assertEquals(status, chat("{}").statusCode());
        assertEquals(List.of(FIRST), values());
    }

    @Test
    void aKeyThatIsNamedIsTheOnlyOne() {
        prioritize();
        provider.does((exchange, call) -> Provider.send(exchange, 429, "{}"));
        assertEquals(429, chat(second, "{}").statusCode());
        assertEquals(List.of(SECOND), values());
    }

    @Test
    void aBodyThatIsNotKeptIsSentOnce() {
        prioritize();
        provider.does((exchange, call) -> Provider.send(exchange, 429, "{}"));
        String body = "{\"pad\":\"" + "x".repeat(300_000) + "\"}";
        assertEquals(429, chat(body).statusCode());
        assertEquals(body, provider.call().body());
        assertEquals(List.of(FIRST), values());
        provider.does((exchange, call) -> Provider.send(exchange, 429, "{}"));
        assertEquals(
                429, send("text/plain", BodyPublishers.ofString("text"), null).statusCode());
        assertEquals(List.of(FIRST), values());
    }

    @Test
    void anAnswerThatBreaksOffIsNotTriedAgain() {
        prioritize();
        provider.does((exchange, call) -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
        });
        assertThrows(AssertionError.class, () -> chat("{}"));
        assertEquals(List.of(FIRST), values());
    }

    @Test
    void aDeletedKeyIsNotTriedAgain() {
        prioritize();
        provider.does((exchange, call) -> {
            if (call.header("Authorization").contains(FIRST)) {
                agent.delete("/v1/provider-keys/" + second);
            }
            Provider.send(exchange, call.header("Authorization").contains(THIRD) ? 200 : 429, "{}");
        });
        assertEquals(200, chat("{}").statusCode());
        assertEquals(List.of(FIRST, THIRD), values());
    }

    private void prioritize() {
        agent.rules(third, "{\"priority\":3}");
        agent.rules(second, "{\"priority\":2}");
        agent.rules(first, "{\"priority\":1}");
    }

    private List<String> values() {
        return provider.calls().stream()
                .map(call -> call.header("Authorization").replace("Bearer ", ""))
                .toList();
    }

    private List<String> ends() {
        return Rows.column("select concat(e -> 'details' ->> 'status', ' ', e -> 'target' ->> 'id') from"
                + " (select convert_from(bytes, 'UTF8')::json as e from audit_event where action = 'provider_key.use_completed'"
                + " order by id desc limit 3) as latest order by e ->> 'id'");
    }

    private HttpResponse<String> chat(String body) {
        return chat(null, body);
    }

    private HttpResponse<String> chat(@Nullable String named, String body) {
        return send("application/json", BodyPublishers.ofString(body), named);
    }

    private HttpResponse<String> send(String type, BodyPublisher body, @Nullable String named) {
        var request = agent.request("/v1/proxy/openai/v1/chat/completions", caller)
                .header("Content-Type", type)
                .POST(body);
        return agent.send(named == null ? request : request.header("Celune-Provider-Key", named));
    }
}
