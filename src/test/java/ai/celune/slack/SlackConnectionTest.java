package ai.celune.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Api;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import ai.celune.support.StandIn;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bot tokens and webhooks are kept like provider keys, and Slack is asked where it can be (R14). */
@QuarkusTest
class SlackConnectionTest extends WithSlack {
    @Test
    void aBotTokenIsKeptWithWhatSlackSaysOfIt() {
        String token = SlackStandIn.botToken();
        Reply connected = connect(token, SIGNING_SECRET).require(201);
        StandIn.Call asked = slack.call();
        assertEquals("GET /api/auth.test", asked.method() + " " + asked.target());
        assertEquals("Bearer " + token, asked.header("Authorization"));
        Reply shown = Api.get(connected.header("Location"), owner()).require(200);
        assertEquals(connected.text(), shown.text());
        assertEquals("bot", shown.field("type"));
        assertEquals(
                "T0TEAM Example U0BOT",
                shown.field("teamId") + " " + shown.field("team") + " " + shown.field("botUserId"));
        assertEquals(
                "[\"chat:write\",\"channels:read\"]",
                shown.json().path("scopes").toString());
        assertEquals(token.substring(token.length() - 4), shown.field("last4"));
        assertTrue(shown.json().path("signed").asBoolean());
        assertFalse(shown.text().contains(token), shown.text());
        assertEquals(
                Set.of("slack_connection.used", "slack_connection.use_completed", "slack_connection.created"),
                Set.copyOf(log(connected.id(), 3)));
    }

    @Test
    void aWebhookIsKeptWithoutAskingSlack() {
        String url = SlackStandIn.webhookUrl();
        Reply connected = connect(url, null).require(201);
        assertEquals(List.of(), slack.calls());
        assertEquals("webhook", connected.field("type"));
        assertEquals(url.substring(url.length() - 4), connected.field("last4"));
        assertTrue(connected.json().path("teamId").isNull());
        assertEquals(List.of("slack_connection.created"), log(connected.id()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid_auth", "account_inactive", "token_revoked", "missing_scope"})
    void aTokenThatSlackRefusesIsNotStored(String error) {
        owner();
        slack.does((exchange, call) -> SlackStandIn.send(exchange, 200, "{\"ok\":false,\"error\":\"" + error + "\"}"));
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Reply refused = connect(SlackStandIn.botToken(), null).require(422);
        assertEquals("slack_refused", refused.code());
        assertEquals("Slack answered " + error, refused.field("detail"));
        assertEquals(before, Rows.stored());
        List<String> told = List.of("slack_connection.use_completed", "slack_connection.used");
        eventually(() -> told.equals(mark.added(actors.owner().workspaceId())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ok",
                "[]",
                "{\"ok\":true}",
                "{\"ok\":\"true\"}",
                "{\"ok\":true,\"team_id\":\"T\\u0000\",\"team\":\"x\",\"user_id\":\"U\"}",
                "{\"ok\":true,\"team_id\":\"T\",\"team\":\"x\\ny\",\"user_id\":\"U\"}",
                "{\"ok\":false,\"error\":\"<script>\"}",
            })
    void anAnswerThatTellsNothingStoresNothing(String answer) {
        owner();
        slack.does((exchange, call) -> SlackStandIn.send(exchange, 200, answer));
        Map<String, String> before = Rows.stored();
        assertEquals(
                "slack_answer_unclear",
                connect(SlackStandIn.botToken(), null).require(502).code());
        assertEquals(before, Rows.stored());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.slack.com.evil.tld/services/T0/B0/0123456789ab",
                "https://hooks.slack.com@evil.tld/services/T0/B0/0123456789ab",
                "xoxp-0123456789",
            })
    void nothingElseIsKept(String value) {
        Reply refused = connect(value, null).require(400);
        assertEquals(
                "/key", refused.json().path("errors").path(0).path("pointer").asText());
        assertFalse(refused.text().contains(value), refused.text());
        assertEquals(List.of(), slack.calls());
    }

    @Test
    void theLogTellsWhoLookedAtConnections() {
        UUID id = webhook();
        Rows.LogMark mark = Rows.mark();
        assertTrue(Api.get(PATH, owner()).require(200).lists(id));
        Api.get(PATH + "/" + id, owner()).require(200);
        assertEquals(
                List.of("data.read", "data.read"), mark.added(actors.owner().workspaceId()));
    }

    @Test
    void anEqualValueIsRecognisedWithinAWorkspace() {
        String url = SlackStandIn.webhookUrl();
        assertEquals(connect(url, null).field("fingerprint"), connect(url, null).field("fingerprint"));
        Reply elsewhere = Api.post(PATH, actors.stranger().token(), Map.of("name", "x", "key", url));
        assertNotEquals(connect(url, null).field("fingerprint"), elsewhere.field("fingerprint"));
    }

    @Test
    void aNewTokenIsCheckedAndThenUsed() {
        UUID id = bot();
        String next = SlackStandIn.botToken();
        Reply replaced = replace(id, Map.of("key", next)).require(200);
        assertEquals(2, replaced.json().path("version").asInt());
        assertEquals("Bearer " + next, slack.call().header("Authorization"));
        send(id, Map.of("channel", "C1", "text", "x")).require(200);
        assertEquals("Bearer " + next, slack.call().header("Authorization"));
        assertTrue(log(id).contains("slack_connection.value_replaced"), log(id).toString());
    }

    @Test
    void aTokenThatSlackRefusesReplacesNothing() {
        String token = SlackStandIn.botToken();
        UUID id = connect(token, null).require(201).id();
        slack.does((exchange, call) -> SlackStandIn.send(exchange, 200, "{\"ok\":false,\"error\":\"invalid_auth\"}"));
        assertEquals(
                "slack_refused",
                replace(id, Map.of("key", SlackStandIn.botToken())).require(422).code());
        slack.does(SlackStandIn::asDocumented);
        send(id, Map.of("channel", "C1", "text", "x")).require(200);
        assertEquals("Bearer " + token, slack.call().header("Authorization"));
    }

    @Test
    void aStaleReplacementAsksNobody() {
        UUID id = bot();
        replace(id, Map.of("key", SlackStandIn.botToken())).require(200);
        slack.does(SlackStandIn::asDocumented);
        Api.put(PATH + "/" + id + "/value", owner(), Map.of("key", SlackStandIn.botToken()), "If-Match", "\"0\"")
                .require(412);
        assertEquals(List.of(), slack.calls());
    }

    @Test
    void aConnectionKeepsItsType() {
        assertEquals("other_type", error(replace(bot(), Map.of("key", SlackStandIn.webhookUrl()))));
        assertEquals("other_type", error(replace(webhook(), Map.of("key", SlackStandIn.botToken()))));
        assertEquals("not_of_a_webhook", error(replace(webhook(), Map.of("signingSecret", SIGNING_SECRET))));
        assertEquals("not_of_a_webhook", error(connect(SlackStandIn.webhookUrl(), SIGNING_SECRET)));
        assertEquals("not_null", error(replace(bot(), Map.of())));
    }

    @Test
    void aSigningSecretIsReplacedAlone() {
        UUID id = bot();
        slack.does(SlackStandIn::asDocumented);
        Reply replaced = replace(id, Map.of("signingSecret", SIGNING_SECRET)).require(200);
        assertEquals(1, replaced.json().path("version").asInt());
        assertTrue(replaced.json().path("signed").asBoolean());
        assertEquals(List.of(), slack.calls());
        assertTrue(log(id).contains("slack_connection.signing_secret_replaced"), log(id).toString());
    }

    @Test
    void aDeletedConnectionIsGoneHereBeforeItIsRevokedThere() {
        String token = SlackStandIn.botToken();
        UUID id = connect(token, SIGNING_SECRET).require(201).id();
        slack.does((exchange, call) -> {
            boolean gone = Rows.column("select id from slack_connection where id = ?", id)
                            .isEmpty()
                    && log(id).contains("slack_connection.deleted");
            SlackStandIn.send(exchange, 200, "{\"ok\":true,\"revoked\":" + gone + "}");
        });
        Api.delete(PATH + "/" + id, owner()).require(204);
        assertEquals("/api/auth.revoke", slack.call().target());
        assertEquals("Bearer " + token, slack.call().header("Authorization"));
        assertTrue(log(id).contains("slack_connection.token_revoked"), log(id).toString());
        Api.get(PATH + "/" + id, owner()).require(404);
        send(id, Map.of("channel", "C1", "text", "x")).require(404);
        Api.delete(PATH + "/" + id, owner()).require(204);
        assertEquals(1, slack.calls().size());
    }

    @ParameterizedTest
    @CsvSource({
        "200, '{\"ok\":false,\"error\":\"token_revoked\"}', token_revoked",
        "200, '{\"ok\":true,\"revoked\":false}',           slack_answer_unclear",
        "503, 'down',                                      slack_answer_unclear",
        "429, '{\"ok\":false,\"error\":\"ratelimited\"}',  slack_rate_limited",
    })
    void theLogTellsThatSlackDidNotConfirmARevocation(int status, String answer, String cause) {
        UUID id = bot();
        slack.does((exchange, call) -> SlackStandIn.send(exchange, status, answer));
        Api.delete(PATH + "/" + id, owner()).require(204);
        assertTrue(log(id).contains("slack_connection.token_revoked failed " + cause), log(id).toString());
        Api.get(PATH + "/" + id, owner()).require(404);
    }

    @Test
    void aConnectionIsDeletedWhileSlackIsDown() {
        UUID id = bot();
        slack.close();
        Api.delete(PATH + "/" + id, owner()).require(204);
        assertTrue(log(id).contains("slack_connection.token_revoked failed provider_unreachable"), log(id).toString());
    }

    @Test
    void ofADeletedWebhookNobodyIsAsked() {
        UUID id = webhook();
        Api.delete(PATH + "/" + id, owner()).require(204);
        assertEquals(List.of(), slack.calls());
        assertEquals(List.of("slack_connection.created", "slack_connection.deleted"), log(id));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"ok\":false,\"error\":\"invalid_auth\"}',  false, invalid_auth",
        "'{\"ok\":false,\"error\":\"token_revoked\"}', false, token_revoked",
        "'{\"ok\":false,\"error\":\"access_denied\"}', null,  access_denied",
    })
    void slackTellsWhetherATokenIsValid(String answer, String valid, String error) {
        UUID id = bot();
        assertEquals("true", check(id).require(200).field("valid"));
        slack.does((exchange, call) -> SlackStandIn.send(exchange, 200, answer));
        Reply checked = check(id).require(200);
        assertEquals(valid, checked.field("valid"));
        assertEquals(error, checked.field("error"));
        assertTrue(log(id).contains("slack_connection.checked"), log(id).toString());
    }

    @Test
    void ofAWebhookNobodyCanTell() {
        assertEquals("check_not_supported", check(webhook()).require(422).code());
        assertEquals(List.of(), slack.calls());
    }

    @Test
    void anApiKeyUsesWhatItIsBoundTo() {
        UUID bound = webhook();
        UUID other = webhook();
        UUID providerKey = Api.post(
                        "/v1/provider-keys",
                        owner(),
                        Map.of("provider", "openai", "name", "x", "key", "sk-slack-0123456789"))
                .require(201)
                .id();
        var agent = agent(bound, providerKey);
        Set<String> bindings = new TreeSet<>(Set.of(bound.toString(), providerKey.toString()));
        Reply shown = Api.get("/v1/api-keys/" + agent.id(), owner());
        assertEquals(List.copyOf(bindings).toString(), texts(shown));
        Api.post(PATH + "/" + bound + "/messages", agent.token(), Map.of("text", "x"))
                .require(200);
        for (String verb : List.of("/messages", "/check", "/verify")) {
            Map<String, String> body = verb.equals("/verify")
                    ? Map.of("timestamp", "1", "signature", "v0=", "body", "")
                    : Map.of("text", "x");
            Reply refused =
                    Api.send("POST", PATH + "/" + other + verb, agent.token(), verb.equals("/check") ? null : body);
            assertEquals("permission_denied", refused.require(403).code());
        }
        assertEquals(1, slack.calls().size());
        Api.delete(PATH + "/" + bound, owner()).require(204);
        assertEquals("[" + providerKey + "]", texts(Api.get("/v1/api-keys/" + agent.id(), owner())));
    }

    @Test
    void aRotatedApiKeyKeepsItsConnections() {
        UUID id = webhook();
        var agent = agent(id);
        Reply rotated = Api.post("/v1/api-keys/" + agent.id() + "/rotate", owner(), Map.of());
        assertEquals("[" + id + "]", texts(rotated.require(201)));
        Api.post(PATH + "/" + id + "/messages", rotated.field("key"), Map.of("text", "x"))
                .require(200);
    }

    @Test
    void nobodyBindsAConnectionOfAnotherWorkspace() {
        UUID id = webhook();
        Map<String, Object> wanted = Map.of("name", "x", "scopes", List.of("slack:use"), "bindings", List.of(id));
        Api.post("/v1/api-keys", actors.stranger().token(), wanted).require(404);
    }

    @Test
    void aValueOfAnotherRowDoesNotOpen() {
        UUID one = webhook();
        UUID other = webhook();
        Rows.update(
                "update slack_connection set sealed = (select sealed from slack_connection where id = ?) where id = ?",
                other,
                one);
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    "secret_integrity",
                    send(one, Map.of("text", "x")).require(500).code());
        }
        assertEquals(List.of(), slack.calls());
        assertEquals(
                1,
                log(one, 4).stream()
                        .filter(entry -> entry.startsWith("secret."))
                        .count());
        assertTrue(Api.get(PATH + "/" + one, owner()).json().path("quarantined").asBoolean());
        replace(one, Map.of("key", SlackStandIn.webhookUrl())).require(200);
        send(one, Map.of("text", "x")).require(200);
    }

    private Reply replace(UUID id, Map<String, ?> values) {
        return Api.put(PATH + "/" + id + "/value", owner(), values);
    }

    private Reply check(UUID id) {
        return Api.send("POST", PATH + "/" + id + "/check", owner(), null);
    }

    private static String error(Reply refused) {
        return refused.require(400).json().path("errors").path(0).path("code").asText();
    }

    private static String texts(Reply apiKey) {
        return apiKey.json().path("bindings").toString().replace("\"", "").replace(",", ", ");
    }
}
