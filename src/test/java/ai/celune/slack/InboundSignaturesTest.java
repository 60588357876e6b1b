package ai.celune.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Api;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import ai.celune.support.TestClock;
import com.slack.api.app_backend.SlackSignature;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that Slack's own library signs are Slack's, once and for five minutes; no others are (R14). */
@QuarkusTest
class InboundSignaturesTest extends WithSlack {
    private static final SlackSignature.Generator SLACK = new SlackSignature.Generator(SIGNING_SECRET);
    private static final String TRUE = "{\"valid\":true,\"reason\":null}";

    @Inject
    TestClock clock;

    private UUID id;

    @BeforeEach
    void aBot() {
        id = connect(SlackStandIn.botToken(), SIGNING_SECRET).require(201).id();
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token=x&team_id=T1&command=%2Fweather&text=94070",
                "{\"type\":\"event_callback\",\"event\":{\"text\":\"Größe \\u2713 \u2713 \ud83d\ude00\"}}",
                "",
                "v0:1:x\r\n\ttab",
            })
    void whatSlackSignsIsSlacks(String body) {
        String now = now(0);
        assertEquals(TRUE, verify(now, SLACK.generate(now, body), body).text());
        assertEquals("slack_connection.inbound_verified", log(id).getLast());
    }

    @Test
    void whatIsChangedIsNotSlacks() {
        String now = now(0);
        String signature = SLACK.generate(now, "text=1");
        List<Reply> verdicts = List.of(
                verify(now, signature, "text=2"),
                verify(now, signature, "text=1 "),
                verify(String.valueOf(Long.parseLong(now) - 1), signature, "text=1"),
                verify("0" + now, signature, "text=1"),
                verify(now, signature.toUpperCase(Locale.ROOT), "text=1"),
                verify(now, signature.substring(3), "text=1"),
                verify(now, "v1" + signature.substring(2), "text=1"),
                verify(now, signature.substring(0, 66), "text=1"),
                verify(now, signature + " ", "text=1"),
                verify(now, "", "text=1"),
                verify("", signature, "text=1"),
                verify("-" + now, signature, "text=1"),
                verify(now, new SlackSignature.Generator("0".repeat(32)).generate(now, "text=1"), "text=1"));
        verdicts.forEach(verdict -> assertEquals("signature", reason(verdict)));
        assertEquals("slack_connection.inbound_verified denied signature", log(id).getLast());
        assertEquals(TRUE, verify(now, signature, "text=1").text());
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, -302, 302, 3600})
    void whatIsNotOfNowIsStale(long seconds) {
        String then = now(seconds);
        assertEquals("stale", reason(verify(then, SLACK.generate(then, "x"), "x")));
    }

    @ParameterizedTest
    @ValueSource(longs = {-298, 298})
    void whatIsAlmostStaleIsGood(long seconds) {
        String then = now(seconds);
        assertEquals(TRUE, verify(then, SLACK.generate(then, "x"), "x").text());
    }

    @Test
    void aRequestIsSlacksOnce() {
        String now = now(0);
        String signature = SLACK.generate(now, "x");
        List<Reply> replies = Api.atOnce(8, () -> verify(now, signature, "x"));
        assertEquals(
                Map.of("", 1L, "replayed", 7L),
                replies.stream().collect(Collectors.groupingBy(InboundSignaturesTest::reason, Collectors.counting())));
        clock.advance(Duration.ofSeconds(290));
        assertEquals("replayed", reason(verify(now, signature, "x")));
    }

    @Test
    void aRepeatedQuestionGetsItsFirstAnswer() {
        String now = now(0);
        Map<String, String> asked = Map.of("timestamp", now, "signature", SLACK.generate(now, "x"), "body", "x");
        for (int i = 0; i < 2; i++) {
            Reply verdict =
                    Api.post(PATH + "/" + id + "/verify", owner(), asked, "Idempotency-Key", "verify-0123456789-" + id);
            assertEquals(TRUE, verdict.require(200).text());
        }
    }

    @Test
    void theSameAppIsAnotherConnectionElsewhere() {
        UUID other =
                connect(SlackStandIn.botToken(), SIGNING_SECRET).require(201).id();
        String now = now(0);
        String signature = SLACK.generate(now, "x");
        assertEquals(TRUE, verify(now, signature, "x").text());
        assertEquals(
                TRUE,
                Api.post(
                                PATH + "/" + other + "/verify",
                                owner(),
                                Map.of("timestamp", now, "signature", signature, "body", "x"))
                        .text());
    }

    @Test
    void aReplacedSigningSecretCountsAlone() {
        String next = "0123456789abcdef".repeat(2);
        Api.put(PATH + "/" + id + "/value", owner(), Map.of("signingSecret", next))
                .require(200);
        String now = now(0);
        assertEquals("signature", reason(verify(now, SLACK.generate(now, "x"), "x")));
        assertEquals(
                TRUE,
                verify(now, new SlackSignature.Generator(next).generate(now, "x"), "x")
                        .text());
    }

    @Test
    void whatHasNoSigningSecretVerifiesNothing() {
        UUID without = bot();
        Reply refused = Api.post(
                PATH + "/" + without + "/verify", owner(), Map.of("timestamp", "1", "signature", "v0=", "body", ""));
        assertEquals("slack_signing_secret_missing", refused.require(422).code());
    }

    @Test
    void aSigningSecretOfAnotherVersionDoesNotOpen() {
        Rows.update("update slack_connection set signing_version = 2 where id = ?", id);
        String now = now(0);
        Reply refused = Api.post(
                PATH + "/" + id + "/verify",
                owner(),
                Map.of("timestamp", now, "signature", SLACK.generate(now, "x"), "body", "x"));
        assertEquals("secret_integrity", refused.require(500).code());
        assertEquals("secret.integrity_failed failed", log(id).getLast());
    }

    @Test
    void signaturesAreForgottenWhenTheyAreStale() {
        String now = now(0);
        verify(now, SLACK.generate(now, "x"), "x");
        assertEquals(
                "expires_at 00:00:00",
                Rows.one("select expires_by || ' ' || kept from classified_table where table_name = 'slack_inbound'"));
        assertEquals(
                "t",
                Rows.one(
                        "select bool_and(expires_at between now() + interval '4 min' and now() + interval '6 min') from slack_inbound"
                                + " where connection_id = ?",
                        id));
    }

    private String now(long plusSeconds) {
        return Long.toString(clock.instant().getEpochSecond() + plusSeconds);
    }

    private Reply verify(String timestamp, String signature, String body) {
        return Api.post(
                        PATH + "/" + id + "/verify",
                        owner(),
                        Map.of("timestamp", timestamp, "signature", signature, "body", body))
                .require(200);
    }

    private static String reason(Reply verdict) {
        return verdict.json().path("reason").asText("").replace("null", "");
    }
}
