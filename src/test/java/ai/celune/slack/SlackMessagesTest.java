package ai.celune.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.UnknownEnds;
import ai.celune.support.Api;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import ai.celune.support.StandIn;
import ai.celune.support.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages are sent by Celune, once, in the log before they leave, and with an answer that says what Slack said (R14). */
@QuarkusTest
class SlackMessagesTest extends WithSlack {
    private static final Map<String, String> TO_A_CHANNEL = Map.of("channel", "#general", "text", "Deployed.");
    private static final Map<String, String> TO_A_WEBHOOK = Map.of("text", "Deployed.");
    private static final String RETRY = "message-0123456789abcdef";

    @Inject
    TestClock clock;

    @Inject
    UnknownEnds unknownEnds;

    /** What a silent Slack waits for. */
    private final CountDownLatch over = new CountDownLatch(1);

    @BeforeEach
    void start() {
        Rows.update("delete from idempotency_record");
    }

    @AfterEach
    void stop() {
        over.countDown();
        clock.reset();
    }

    @Test
    void aBotPostsToAChannel() {
        String token = SlackStandIn.botToken();
        UUID id = connect(token, null).require(201).id();
        Map<String, Object> block = Map.of("type", "section", "text", Map.of("type", "mrkdwn", "text", "*Deployed.*"));
        Reply sent = send(
                id,
                Map.of(
                        "channel",
                        "C1",
                        "text",
                        "Größe \u2713",
                        "blocks",
                        List.of(block),
                        "threadTs",
                        "1503435956.000247"));
        assertEquals(
                "{\"channel\":\"C0CHANNEL\",\"ts\":\"1503435956.000247\"}",
                sent.require(200).text());
        StandIn.Call call = slack.call();
        assertEquals("POST /api/chat.postMessage", call.method() + " " + call.target());
        assertEquals("Bearer " + token, call.header("Authorization"));
        assertEquals("application/json; charset=utf-8", call.header("Content-Type"));
        assertEquals(
                Api.parse(
                        "{\"channel\":\"C1\",\"text\":\"Größe \u2713\",\"thread_ts\":\"1503435956.000247\",\"blocks\":"
                                + "[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*Deployed.*\"}}]}"),
                Api.parse(call.body()));
    }

    @Test
    void aWebhookPostsToItsOwnPath() {
        String url = SlackStandIn.webhookUrl();
        UUID id = connect(url, null).require(201).id();
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    "{\"channel\":null,\"ts\":null}",
                    send(id, TO_A_WEBHOOK).require(200).text());
            StandIn.Call call = slack.call();
            assertEquals("https://hooks.slack.com" + call.target(), url);
            assertEquals("", call.header("Authorization"));
            assertEquals("{\"text\":\"Deployed.\"}", call.body());
        }
    }

    @Test
    void aUseIsInTheLogBeforeItLeavesAndItsEndAfter() {
        UUID id = webhook();
        slack.does((exchange, call) ->
                SlackStandIn.send(exchange, 200, log(id).contains("slack_connection.used") ? "ok" : "not in the log"));
        send(id, TO_A_WEBHOOK).require(200);
        assertEquals(
                List.of("slack_connection.created", "slack_connection.used", "slack_connection.use_completed"),
                log(id, 3));
        String used = Rows.one(
                "select (convert_from(bytes, 'UTF8')::json -> 'details')::text from audit_event where target_id = ?"
                        + " and action = 'slack_connection.used'",
                id.toString());
        assertEquals("webhook", Api.parse(used).path("method").asText());
        assertEquals("127.0.0.1", Api.parse(used).path("host").asText());
    }

    @Test
    void aChannelIsForBotsAlone() {
        assertEquals("not_null", error(send(bot(), TO_A_WEBHOOK)));
        assertEquals("known_already", error(send(webhook(), TO_A_CHANNEL)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"a\":\"\\ud800\"}]", "[{\"\\ud800\":1}]", "[null]", "[1]", "{}", "\"x\""})
    void blocksAreObjectsOfText(String blocks) {
        UUID id = webhook();
        String body = "{\"text\":\"x\",\"blocks\":" + blocks + "}";
        Reply refused = Api.send("POST", PATH + "/" + id + "/messages", owner(), body);
        assertEquals("invalid_request", refused.require(400).code());
        assertEquals(List.of(), slack.calls());
    }

    @ParameterizedTest
    @CsvSource({
        "200, '{\"ok\":false,\"error\":\"channel_not_found\"}', 422, slack_refused,        channel_not_found",
        "200, '{\"ok\":false,\"error\":\"invalid_auth\"}',      422, slack_refused,        invalid_auth",
        "200, '{\"ok\":false,\"error\":\"fatal_error\"}',       502, slack_answer_unclear, ''",
        "200, '{\"ok\":false,\"error\":\"a b\"}',               502, slack_answer_unclear, ''",
        "200, '{\"ok\":false}',                                 502, slack_answer_unclear, ''",
        "200, '{\"ok\":true}',                                  502, slack_answer_unclear, ''",
        "200, '{\"ok\":true,\"channel\":\"<b>\",\"ts\":\"1.2\"}', 502, slack_answer_unclear, ''",
        "200, 'null',                                           502, slack_answer_unclear, ''",
        "200, 'garbage',                                        502, slack_answer_unclear, ''",
        "200, '',                                               502, slack_answer_unclear, ''",
        "302, '{\"ok\":true}',                                  502, slack_answer_unclear, ''",
        "500, '{\"ok\":false,\"error\":\"channel_not_found\"}', 502, slack_answer_unclear, ''",
    })
    void whatSlackAnswersToABotIsAClearAnswer(int status, String answer, int expected, String code, String error) {
        answersMean(bot(), TO_A_CHANNEL, status, answer, expected, code, error);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_payload,    422, slack_refused,        invalid_payload",
        "404, channel_not_found,  422, slack_refused,        channel_not_found",
        "403, 'invalid_token\n',  422, slack_refused,        invalid_token",
        "410, channel_is_archived, 422, slack_refused,       channel_is_archived",
        "400, <html>,             502, slack_answer_unclear, ''",
        "404, '',                 502, slack_answer_unclear, ''",
        "200, 'OK',               502, slack_answer_unclear, ''",
        "200, '{\"ok\":true}',    502, slack_answer_unclear, ''",
        "302, ok,                 502, slack_answer_unclear, ''",
        "500, rollup_error,       502, slack_answer_unclear, ''",
    })
    void whatSlackAnswersToAWebhookIsAClearAnswer(int status, String answer, int expected, String code, String error) {
        answersMean(webhook(), TO_A_WEBHOOK, status, answer, expected, code, error);
    }

    private void answersMean(
            UUID id, Map<String, ?> message, int status, String answer, int expected, String code, String error) {
        slack.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Location", "/api/elsewhere");
            SlackStandIn.send(exchange, status, answer);
        });
        Reply refused = send(id, message).require(expected);
        assertEquals(code, refused.code());
        assertEquals(error.isEmpty() ? "" : "Slack answered " + error, refused.field("detail"));
        assertEquals(1, slack.calls().size());
        eventually(() -> log(id).contains("slack_connection.use_completed failed " + code));
    }

    @Test
    void slacksOwnLimitIsPassedOn() {
        UUID id = bot();
        slack.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Retry-After", "30");
            SlackStandIn.send(exchange, 429, "{\"ok\":false,\"error\":\"ratelimited\"}");
        });
        Reply refused = send(id, TO_A_CHANNEL).require(429);
        assertEquals("slack_rate_limited", refused.code());
        assertEquals("30", refused.header("Retry-After"));
    }

    @Test
    void anAnswerMayBeDeepAndLong() {
        UUID id = bot();
        String deep = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
        slack.does((exchange, call) -> SlackStandIn.send(
                exchange,
                200,
                "{\"ok\":true,\"message\":" + deep + ",\"channel\":\"C1\",\"ts\":\"1.000001\",\"pad\":\""
                        + "x".repeat(500_000) + "\"}"));
        assertEquals("C1", send(id, TO_A_CHANNEL).require(200).field("channel"));
    }

    @Test
    void anAnswerWithoutEndIsNotTaken() {
        UUID id = bot();
        slack.does((exchange, call) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] piece = "{\"ok\":true,".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(piece);
            }
        });
        assertEquals(
                "provider_answer_refused", send(id, TO_A_CHANNEL).require(502).code());
    }

    @Test
    void anEncodedAnswerIsNotTaken() {
        UUID id = bot();
        slack.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            SlackStandIn.asDocumented(exchange, call);
        });
        assertEquals(
                "provider_answer_refused", send(id, TO_A_CHANNEL).require(502).code());
    }

    @Test
    void anEqualMessageIsSentOnce() {
        UUID id = webhook();
        List<Reply> replies = Api.atOnce(5, () -> send(id, TO_A_WEBHOOK, "Idempotency-Key", RETRY));
        replies.forEach(reply -> reply.require(200));
        assertEquals(1, slack.calls().size());
    }

    @Test
    void aMessageThatMayHaveArrivedIsNotSentAgain() {
        UUID id = bot();
        slack.does((exchange, call) -> over.await());
        assertEquals(
                "provider_timeout",
                send(id, TO_A_CHANNEL, "Idempotency-Key", RETRY).require(504).code());
        clock.advance(Duration.ofSeconds(31));
        assertEquals(
                "outcome_unknown",
                send(id, TO_A_CHANNEL, "Idempotency-Key", RETRY).require(409).code());
        assertEquals(1, slack.calls().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "down"})
    void aMessageThatDidNotArriveMayBeSentAgain(String why) {
        UUID id = bot();
        if (why.equals("down")) {
            slack.close();
            assertEquals(
                    "provider_unreachable",
                    send(id, TO_A_CHANNEL, "Idempotency-Key", RETRY)
                            .require(502)
                            .code());
            slack = SlackStandIn.start();
        } else {
            slack.does((exchange, call) ->
                    SlackStandIn.send(exchange, 200, "{\"ok\":false,\"error\":\"channel_not_found\"}"));
            send(id, TO_A_CHANNEL, "Idempotency-Key", RETRY).require(422);
            slack.does(SlackStandIn::asDocumented);
        }
        send(id, TO_A_CHANNEL, "Idempotency-Key", RETRY).require(200);
        assertEquals(1, slack.calls().size());
    }

    @Test
    void aMessageEndsWithItsConnection() throws Exception {
        UUID id = bot();
        assertEndsWith(id, owner(), () -> Api.delete(PATH + "/" + id, owner()).require(204));
    }

    @Test
    void aMessageEndsWithItsApiKey() throws Exception {
        UUID id = bot();
        var agent = agent(id);
        assertEndsWith(
                id,
                agent.token(),
                () -> Api.delete("/v1/api-keys/" + agent.id(), owner()).require(204));
        Api.post(PATH + "/" + id + "/messages", agent.token(), TO_A_CHANNEL).require(401);
        assertEquals(1, slack.calls().size());
    }

    private void assertEndsWith(UUID id, String caller, Runnable end) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        slack.does((exchange, call) -> {
            if (call.target().endsWith("/chat.postMessage")) {
                asked.countDown();
                over.await();
            } else {
                SlackStandIn.asDocumented(exchange, call);
            }
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Reply> sending = threads.submit(() -> Api.post(PATH + "/" + id + "/messages", caller, TO_A_CHANNEL));
            asked.await();
            end.run();
            assertEquals(
                    "slack_connection_ended",
                    sending.get(10, TimeUnit.SECONDS).require(409).code());
        }
        eventually(() -> log(id).contains("slack_connection.use_completed failed slack_connection_ended"));
    }

    @Test
    void aSlackThatBreaksOffIsToldWithoutWhatItSaid() throws Exception {
        String url = SlackStandIn.webhookUrl();
        UUID id = connect(url, null).require(201).id();
        slack.close();
        try (ServerSocket hostile = new ServerSocket(ProviderAddress.port(), 5, InetAddress.getLoopbackAddress())) {
            Thread answering = Thread.ofVirtual().start(() -> {
                try (var socket = hostile.accept()) {
                    byte[] head = new byte[64 * 1024];
                    int read = socket.getInputStream().read(head);
                    socket.getOutputStream().write(head, 0, read);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Reply refused = send(id, TO_A_WEBHOOK).require(502);
            answering.join();
            assertEquals("provider_unreachable", refused.code());
            assertTrue(!refused.text().contains(url.substring(url.length() - 16)), refused.text());
        }
    }

    @Test
    void whoIsInAnotherWorkspaceSendsNothing() {
        UUID id = webhook();
        for (String verb : List.of("messages", "check", "verify")) {
            Object body = verb.equals("check")
                    ? null
                    : verb.equals("verify") ? Map.of("timestamp", "1", "signature", "v0=", "body", "") : TO_A_WEBHOOK;
            Api.send("POST", PATH + "/" + id + "/" + verb, actors.stranger().token(), body)
                    .require(404);
        }
        assertEquals(List.of(), slack.calls());
    }

    @Test
    void auditorsSendNothing() {
        UUID id = webhook();
        Api.post(PATH + "/" + id + "/messages", actors.auditor().token(), TO_A_WEBHOOK)
                .require(403);
        Api.post(PATH + "/" + id + "/messages", actors.member().token(), TO_A_WEBHOOK)
                .require(200);
        assertEquals(1, slack.calls().size());
    }

    @Test
    void aUseThatNobodyEndsEndsAsUnknown() {
        UUID id = webhook();
        send(id, TO_A_WEBHOOK).require(200);
        log(id, 3);
        // As if the process had gone down before it could tell of the end.
        Rows.update("insert into audit_open (id, workspace_id, event_id, ends_by)"
                + " select (convert_from(bytes, 'UTF8')::json -> 'details' ->> 'use')::uuid, workspace_id, id, now() - interval '1 s'"
                + " from audit_event where action = 'slack_connection.used' and target_id = '" + id + "'");
        unknownEnds.run();
        assertEquals("slack_connection.use_completed failed outcome_unknown", log(id).getLast());
    }

    private static String error(Reply refused) {
        return refused.require(400).json().path("errors").path(0).path("code").asText();
    }
}
