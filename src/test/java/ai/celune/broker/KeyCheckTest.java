package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Api;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.StandIn;
import ai.celune.support.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key is checked by one cheap call, which is a use like any other. */
@QuarkusTest
class KeyCheckTest extends WithProvider {
    private static final String RETRY = "check-0123456789abcdef";

    @Inject
    TestClock clock;

    /** What a silent provider waits for. */
    private final CountDownLatch over = new CountDownLatch(1);

    @BeforeEach
    void start() {
        Rows.update("delete from idempotency_record");
    }

    @AfterEach
    void stop() {
        over.countDown();
        clock.reset();
        Rows.update("delete from provider_clearance where provider = 'mistral'");
    }

    @ParameterizedTest
    @CsvSource({
        "openai, 200, true",
        "openai, 401, false",
        "openai, 403, null",
        "openai, 429, true",
        "openai, 500, null",
        "openai, 302, null",
        "gemini, 400, false",
        "openai, 400, null",
    })
    void theProvidersStatusTellsWhetherAKeyIsValid(String name, int status, String valid) {
        String id = agent.storeKey(name, Agent.OPENAI);
        provider.does((exchange, call) -> Provider.send(exchange, status, "{}"));
        Reply checked = check(id).require(200);
        assertEquals(valid, checked.json().path("valid").asText());
        assertEquals(status, checked.json().path("status").asInt());
        List<String> events = List.of(
                "provider_key.checked", "provider_key.created", "provider_key.use_completed", "provider_key.used");
        Agent.eventually(() ->
                events.equals(Rows.column("select action from audit_event where target_id = ? order by action", id)));
    }

    @Test
    void theCheckIsMadeAsTheProviderWantsIt() {
        check(agent.storeKey("anthropic", Agent.ANTHROPIC)).require(200);
        StandIn.Call call = provider.call();
        assertEquals("GET /v1/models", call.method() + " " + call.target());
        assertEquals(Agent.ANTHROPIC, call.header("x-api-key"));
        assertEquals("2023-06-01", call.header("anthropic-version"));
        assertEquals("", call.header("Authorization"));
    }

    @Test
    void aProviderThatTellsNothingIsNotAsked() {
        String id = agent.post(
                        "/v1/provider-keys",
                        agent.owner,
                        "{\"provider\":\"custom\",\"name\":\"x\",\"key\":\"0123456789\",\"baseUrl\":\"http://127.0.0.1:9\"}")
                .path("id")
                .asText();
        assertEquals("check_not_supported", check(id).require(422).code());
        assertEquals(List.of(), provider.calls());
    }

    @Test
    void anEqualCheckIsNotMadeTwice() {
        String id = agent.storeKey("openai", Agent.OPENAI);
        List<Reply> replies = Api.atOnce(5, () -> check(id, "Idempotency-Key", RETRY));
        replies.forEach(reply ->
                assertEquals(replies.getFirst().text(), reply.require(200).text()));
        assertEquals(1, provider.calls().size());
    }

    @Test
    void aCheckWhoseEndIsNotKnownIsToldAsSuch() {
        String id = agent.storeKey("openai", Agent.OPENAI);
        check(id, "Idempotency-Key", RETRY).require(200);
        // As a replica leaves it that goes down between its call and its answer.
        Rows.update("update idempotency_record set status = null, sealed_body = null");
        clock.advance(Duration.ofSeconds(31));
        assertEquals(
                "outcome_unknown",
                check(id, "Idempotency-Key", RETRY).require(409).code());
        assertEquals(1, provider.calls().size());
    }

    @Test
    void aCheckThatWasRefusedMayBeRepeated() {
        String id = agent.storeKey("mistral", Agent.OPENAI);
        decideUntil(id, clock.instant().minusSeconds(1).toString());
        assertEquals(
                "provider_policy",
                check(id, "Idempotency-Key", RETRY).require(403).code());
        decideUntil(id, clock.instant().plusSeconds(60).toString());
        check(id, "Idempotency-Key", RETRY).require(200);
    }

    @Test
    void checksThatHangDoNotTakeTheThreadsOfOthers() {
        String id = agent.storeKey("openai", Agent.OPENAI);
        List<String> keys = Stream.generate(() -> agent.apiKeyFor(id)).limit(8).toList();
        provider.does((exchange, call) -> over.await());
        List<Callable<Reply>> checks = keys.stream()
                .flatMap(key -> Stream.generate(() -> key).limit(3))
                .<Callable<Reply>>map(key -> () -> Api.send("POST", "/v1/provider-keys/" + id + "/check", key, null))
                .toList();
        Map<Integer, Long> statuses =
                Api.atOnce(checks).stream().collect(Collectors.groupingBy(Reply::status, Collectors.counting()));
        assertEquals(Map.of(503, 8L, 504, 16L), statuses);
        assertEquals(
                "provider_timeout",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aCheckEndsWithItsKey() throws Exception {
        String id = agent.storeKey("openai", Agent.OPENAI);
        CountDownLatch asked = new CountDownLatch(1);
        provider.does((exchange, call) -> {
            asked.countDown();
            over.await();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Reply> checking = threads.submit(() -> check(id));
            asked.await();
            agent.delete("/v1/provider-keys/" + id);
            assertEquals(
                    "provider_key_missing",
                    checking.get(10, TimeUnit.SECONDS).require(409).code());
        }
    }

    /** The only record there is: the operator's says that it trains. */
    private void decideUntil(String id, String until) {
        Rows.update(
                "insert into provider_clearance values ('mistral', null, 1, true, 1, 'EU', 'x', ?, now(), now() + interval '1 h', 1)"
                        + " on conflict do nothing",
                java.util.UUID.randomUUID());
        Api.put(
                        "/v1/provider-keys/" + id + "/attestation",
                        agent.owner,
                        Map.of("trains", false, "retentionDays", 0, "region", "EU", "until", until))
                .require(200);
    }

    private Reply check(String id, String... headers) {
        return Api.send("POST", "/v1/provider-keys/" + id + "/check", agent.owner, null, headers);
    }
}
