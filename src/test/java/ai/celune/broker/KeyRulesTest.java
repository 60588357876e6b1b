package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider key may be used for, and for how much. */
@QuarkusTest
class KeyRulesTest extends WithProvider {
    private static final String VALUE = "provider-canary-0123456789";
    private static final String CHAT = "openai/v1/chat/completions";

    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    @Inject
    TestClock clock;

    private String providerKey = "";
    private String key = "";

    @BeforeEach
    void storeAKey() {
        providerKey = agent.storeKey("openai", VALUE);
        key = agent.apiKeyFor(providerKey);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"small-1\"}",
                "{\"model\":\"exact\",\"messages\":[{\"model\":\"large\"}]}",
                "{\"session\":{\"model\":\"small-2\"}}",
            })
    void anAllowedModelPasses(String body) {
        rules("{\"models\":[\"small-*\",\"exact\"]}");
        assertEquals(200, chat(body).statusCode());
        assertEquals(body, provider.call().body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"large\"}",
                "{\"model\":\"exact-2\"}",
                "{\"model\":\"EXACT\"}",
                "{\"model\":\"exact\",\"model\":\"large\"}",
                "{\"model\":\"exact\",\"Model\":\"large\"}",
                "{\"model\":\"exact\",\"session\":{\"model\":\"large\"}}",
                "{\"model\":[\"exact\",\"large\"]}",
                "{\"prompt\":{\"id\":\"p\"}}",
                "{\"model\":\"exact\"",
                "model=exact",
            })
    void anyOtherModelIsRefusedBeforeAnythingLeaves(String body) {
        rules("{\"models\":[\"small-*\",\"exact\"]}");
        long used = agent.count("provider_key.used");
        assertRefused("provider_key_model", chat(body));
        assertEquals(List.of(), provider.calls());
        assertEquals(used, agent.count("provider_key.used"));
    }

    @Test
    void aModelThatCannotBeReadIsNone() {
        rules("{\"models\":[\"exact\"]}");
        String body = "{\"model\":\"exact\"}";
        assertRefused(
                "provider_key_model",
                agent.send(agent.request("/v1/proxy/" + CHAT, key)
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString(body))));
        assertRefused(
                "provider_key_model",
                agent.send(agent.request("/v1/proxy/" + CHAT, key)
                        .header("Content-Type", "application/json")
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofString(body))));
        assertRefused("provider_key_model", chat("{\"model\":\"exact\",\"pad\":\"" + "x".repeat(300_000) + "\"}"));
        assertEquals(List.of(), provider.calls());
    }

    @Test
    void whatRunsNoModelPasses() {
        rules("{\"models\":[\"exact\"]}");
        assertEquals(
                200,
                agent.send(agent.request("/v1/proxy/openai/v1/models", key).GET())
                        .statusCode());
    }

    @Test
    void aModelInThePathIsTheOneThatRuns() {
        String gemini = agent.storeKey("gemini", VALUE);
        String caller = agent.apiKeyFor(gemini);
        agent.rules(gemini, "{\"models\":[\"g-*\"]}");
        assertEquals(
                200,
                post(caller, "gemini/v1beta/models/g-1:generateContent", "{\"model\":\"x\"}")
                        .statusCode());
        assertRefused("provider_key_model", post(caller, "gemini/v1beta/models/h-1:generateContent", "{}"));
        assertRefused("provider_key_model", post(caller, "gemini/v1beta/tunedModels/g-1:generateContent", "{}"));
    }

    @Test
    void onlyAllowedPathsPass() {
        rules("{\"paths\":[\"/v1/chat/\"]}");
        assertEquals(200, chat("{}").statusCode());
        for (String path : List.of("/v1/files", "/v1/chat", "/v1/%63hat/completions", "/v1/CHAT/completions")) {
            assertRefused("provider_key_path", post(key, "openai" + path, "{}"));
        }
    }

    @Test
    void aKeyIsDisabledUntilThatVeryInstant() {
        clock.stop();
        rules("{\"disabledUntil\":\"" + clock.instant().plusSeconds(60) + "\"}");
        HttpResponse<String> refused = chat("{}");
        assertRefused("provider_key_disabled", refused);
        clock.advance(Duration.ofSeconds(59));
        assertRefused("provider_key_disabled", chat("{}"));
        clock.advance(Duration.ofSeconds(1));
        assertEquals(200, chat("{}").statusCode());
    }

    @Test
    void aBudgetOfRequestsIsExactHoweverManyCallAtOnce() {
        rules("{\"budget\":{\"requests\":5}}");
        List<Integer> statuses = atOnce(20);
        assertEquals(5, statuses.stream().filter(status -> status == 200).count());
        assertEquals(15, statuses.stream().filter(status -> status == 403).count(), statuses.toString());
        assertEquals(5, provider.calls().size());
        HttpResponse<String> refused = chat("{}");
        assertRefused("provider_key_budget", refused);
        assertTrue(refused.body().contains("requests of this month"), refused.body());
        assertEquals(5, spent().path("requests").asInt());
        clock.advance(Duration.ofDays(32));
        assertEquals(200, chat("{}").statusCode());
    }

    @Test
    void tokensAreCountedWhenTheProviderHasToldThem() {
        rules("{\"budget\":{\"tokens\":100}}");
        provider.does((exchange, call) -> Provider.send(
                exchange, 200, "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":40}}"));
        assertEquals(200, chat("{}").statusCode());
        agent.lastEnd();
        assertEquals(200, chat("{}").statusCode());
        agent.lastEnd();
        assertEquals(140, spent().path("tokens").asInt());
        HttpResponse<String> refused = chat("{}");
        assertRefused("provider_key_budget", refused);
        assertTrue(refused.body().contains("tokens of this month"), refused.body());
        rules("{\"budget\":{\"tokens\":1000}}");
        assertEquals(200, chat("{}").statusCode());
        assertEquals(3, spent().path("requests").asInt());
    }

    @Test
    void moneyIsCountedByTheTableOfPrices() {
        rules("{\"budget\":{\"cost\":0.02}}");
        provider.does((exchange, call) -> Provider.send(
                exchange,
                200,
                "{\"model\":\"priced-9\",\"usage\":{\"prompt_tokens\":2000,\"completion_tokens\":1000}}"));
        assertEquals(200, chat("{\"model\":\"priced-9\"}").statusCode());
        assertEquals("0.015", agent.lastEnd().path("details").path("cost").asText());
        assertEquals(200, chat("{\"model\":\"priced-9\"}").statusCode());
        agent.lastEnd();
        assertRefused("provider_key_budget", chat("{\"model\":\"priced-9\"}"));
        assertEquals(0.03, spent().path("cost").asDouble());
    }

    @Test
    void anAnswerUnderAnotherNameCostsWhatWasAskedFor() {
        provider.does((exchange, call) -> Provider.send(
                exchange,
                200,
                "{\"model\":\"unpriced\",\"usage\":{\"prompt_tokens\":1000000,\"completion_tokens\":0}}"));
        assertEquals(200, chat("{\"model\":\"priced-mini\"}").statusCode());
        assertEquals("0.15", agent.lastEnd().path("details").path("cost").asText());
    }

    @Test
    void aBudgetOfMoneyTakesNoModelWithoutAPrice() {
        rules("{\"budget\":{\"cost\":1}}");
        assertRefused("provider_key_model", chat("{\"model\":\"free\"}"));
        assertRefused("provider_key_model", chat("{}"));
    }

    @Test
    void whatTheMonthHasSeenIsSpentWhenABudgetBegins() {
        provider.does((exchange, call) ->
                Provider.send(exchange, 200, "{\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":40}}"));
        assertEquals(200, chat("{}").statusCode());
        agent.lastEnd();
        rules("{\"budget\":{\"tokens\":50}}");
        assertRefused("provider_key_budget", chat("{}"));
        rules("{}");
        assertEquals(200, chat("{}").statusCode());
        assertEquals(0, count("provider_key_budget") + count("provider_key_spending"));
    }

    @Test
    void endsAreAddedUpByTheNextBeginning() {
        rules("{\"budget\":{\"requests\":1000}}");
        provider.does((exchange, call) ->
                Provider.send(exchange, 200, "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}"));
        assertEquals(Collections.nCopies(40, 200), atOnce(40));
        Agent.eventually(() -> spent().path("tokens").asInt() == 120);
        assertEquals(200, chat("{}").statusCode());
        agent.lastEnd();
        assertEquals(123, spent().path("tokens").asInt());
        assertEquals(1, count("provider_key_spending"));
    }

    @Test
    void aKeyThatIsDeletedMeanwhileStillHasTheEndsOfItsUses() {
        rules("{\"budget\":{\"requests\":10}}");
        provider.does((exchange, call) -> {
            agent.delete("/v1/provider-keys/" + providerKey);
            Provider.send(exchange, 200, "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}");
        });
        try {
            chat("{}");
        } catch (AssertionError brokenOff) {
            assertTrue(brokenOff.getCause() instanceof java.io.IOException, brokenOff.toString());
        }
        assertFalse(agent.lastEnd().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'models':[]} | /models",
                "{'models':['a b']} | /models",
                "{'models':['*a']} | /models",
                "{'models':[null]} | /models",
                "{'paths':['v1']} | /paths",
                "{'paths':['/a?b']} | /paths",
                "{'budget':{'requests':0}} | /budget/requests",
                "{'budget':{'tokens':-1}} | /budget/tokens",
                "{'budget':{'cost':0.001}} | /budget/cost",
                "{'priority':0} | /priority",
                "{'onAbort':'go on'} | /onAbort",
                "{'other':1} | /other",
            })
    void rulesThatMeanNothingAreRefused(String body, String pointer) {
        HttpResponse<String> refused = agent.put(rulesPath(), body.replace('\'', '"'));
        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains(pointer), refused.body());
        assertTrue(
                Agent.json(agent.get(rulesPath())).path("rules").path("models").isNull());
    }

    @Test
    void aBudgetOfMoneyNeedsPricesOfTheProvider() {
        String gemini = agent.storeKey("gemini", VALUE);
        HttpResponse<String> refused = agent.put("/v1/provider-keys/" + gemini + "/rules", "{\"budget\":{\"cost\":1}}");
        assertEquals(400, refused.statusCode());
        assertTrue(refused.body().contains("no_prices"), refused.body());
    }

    @Test
    void rulesTakeEachOthersPlaceAndAreLogged() {
        rules("{\"models\":[\"a\"],\"budget\":{\"requests\":7,\"cost\":1.50},\"priority\":3,\"onAbort\":\"drain\"}");
        JsonNode shown = Agent.json(agent.get("/v1/provider-keys/" + providerKey));
        assertEquals("[\"a\"]", shown.path("rules").path("models").toString());
        JsonNode entry = agent.last("provider_key.rules_set");
        assertEquals("1.50", entry.path("details").path("monthlyCost").asText(), entry.toString());
        rules("{\"paths\":[\"/v1/\"]}");
        JsonNode now = Agent.json(agent.get(rulesPath()));
        assertEquals("[\"/v1/\"]", now.path("rules").path("paths").toString());
        assertTrue(
                now.path("rules").path("models").isNull() && now.path("spent").isNull(), now.toString());
        HttpResponse<String> refused = agent.send(agent.request(rulesPath(), agent.owner)
                .header("Content-Type", "application/json")
                .header("If-Match", "\"0\"")
                .PUT(BodyPublishers.ofString("{}")));
        assertEquals(412, refused.statusCode());
    }

    /** Calls by as many callers, for a credential has only so many streams. */
    private List<Integer> atOnce(int calls) {
        return Stream.generate(() -> agent.apiKeyFor(providerKey)).limit(calls).toList().stream()
                .map(caller -> CompletableFuture.supplyAsync(
                        () -> post(caller, CHAT, "{}").statusCode(), THREADS))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private void rules(String body) {
        agent.rules(providerKey, body);
    }

    private String rulesPath() {
        return "/v1/provider-keys/" + providerKey + "/rules";
    }

    private JsonNode spent() {
        return Agent.json(agent.get(rulesPath())).path("spent");
    }

    private long count(String table) {
        return Long.parseLong(
                Rows.one("select count(*) from " + table + " where provider_key_id = '" + providerKey + "'"));
    }

    private HttpResponse<String> chat(String body) {
        return post(key, CHAT, body);
    }

    private HttpResponse<String> post(String caller, String path, String body) {
        return agent.send(agent.request("/v1/proxy/" + path, caller)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static void assertRefused(String code, HttpResponse<String> answer) {
        assertEquals(403, answer.statusCode(), answer.body());
        assertEquals(code, Agent.json(answer).path("code").asText(), answer.body());
    }
}
