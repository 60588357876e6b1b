package ai.celune.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body has one meaning or none: nothing half-understood is ever stored (R5, case 40). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class StrictJsonTest {
    private final Actors actors = new Actors();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "7",
                "{",
                "{\"name\":\"x\",\"role\":\"member\"} {}",
                "{\"name\":\"x\",\"role\":\"member\"}}",
                "{\"name\":\"x\",\"role\":\"member\",}",
                "{'name':'x','role':'member'}",
                "{name:\"x\",\"role\":\"member\"}",
                "{\"name\":\"x\",\"name\":\"y\",\"role\":\"member\"}",
                "{\"name\":\"x\",\"role\":\"member\",\"unknown\":1}",
                "{\"Name\":\"x\",\"role\":\"member\"}",
                "{\"name\":7,\"role\":\"member\"}",
                "{\"name\":true,\"role\":\"member\"}",
                "{\"name\":[\"x\"],\"role\":\"member\"}",
                "{\"name\":{},\"role\":\"member\"}",
                "{\"name\":null,\"role\":\"member\"}",
                "{\"name\":\"x\\u0000y\",\"role\":\"member\"}",
                "{\"name\":\"\\ud800\",\"role\":\"member\"}",
                "{\"name\":\"x\",\"role\":\"superuser\"}",
                "{\"name\":\"x\\qy\",\"role\":\"member\"}",
                "/* comment */ {\"name\":\"x\",\"role\":\"member\"}"
            })
    void anythingButTheDescribedDocumentIsRefused(String body) {
        assertRefused(400, body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"workspaceId", "id", "createdBy", "removedAt", "version", "createdAt"})
    void fieldsThatOnlyTheServiceSetsAreRefused(String field) {
        Reply refused = assertRefused(400, "{\"name\":\"x\",\"role\":\"member\",\"" + field + "\":\"1\"}");
        assertEquals("/" + field, refused.json().at("/errors/0/pointer").asText());
        assertEquals("unknown_field", refused.json().at("/errors/0/code").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"workspaceId", "userId", "createdBy", "revokedAt", "prefix", "tokenHash", "useCount"})
    void anApiKeyTakesNoFieldThatOnlyTheServiceSets(String field) {
        Map<String, String> before = stored();
        Reply refused = Api.post(
                "/v1/api-keys",
                actors.owner().token(),
                Map.of("name", "x", "scopes", List.of("settings:read"), field, "1"));
        assertEquals(400, refused.status(), refused.toString());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aRenameChangesNothingElse() {
        Actors.Key key = actors.key("settings:read");
        Map<String, String> before = stored();
        Reply refused = Api.patch(
                "/v1/api-keys/" + key.id(),
                actors.owner().token(),
                Map.of("name", "x", "scopes", List.of("workspace:own")));
        assertEquals(400, refused.status(), refused.toString());
        assertEquals(before, Rows.stored());
    }

    @Test
    void deepNestingIsRefused() {
        assertRefused(400, "{\"name\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}");
    }

    @Test
    void aBodyAboveTheLimitIs413() {
        Reply refused = assertRefused(413, "{\"name\":\"" + "x".repeat(64 * 1024) + "\"}");
        assertEquals("body_too_large", refused.code());
    }

    @Test
    void aBodyAboveTheLimitIs413WithoutADeclaredLengthToo() throws Exception {
        Map<String, String> before = stored();
        byte[] body = ("{\"name\":\"" + "x".repeat(64 * 1024) + "\"}").getBytes(StandardCharsets.UTF_8);
        var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(Api.baseUrl() + "/v1/service-accounts"))
                .header("Authorization", "Bearer " + actors.owner().token())
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(body)))
                .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            var response = client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
            assertEquals(413, response.statusCode(), response.body());
        }
        assertEquals(before, Rows.stored());
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        for (String number : List.of("99999999999", "1e400", "1.5", "0", "-1", "\"5\"", "9".repeat(40))) {
            Map<String, String> before = stored();
            Reply refused = Api.patch("/v1/settings", actors.owner().token(), "{\"apiKeyMaxDays\":" + number + "}");
            assertEquals(400, refused.status(), number + ": " + refused);
            assertEquals(before, Rows.stored());
        }
    }

    @Test
    void onlyUtf8WithoutMarkIsRead() {
        String good = "{\"name\":\"x\",\"role\":\"member\"}";
        byte[] marked = ("\uFEFF" + good).getBytes(StandardCharsets.UTF_8);
        byte[] broken = good.getBytes(StandardCharsets.UTF_8);
        broken[9] = (byte) 0xFF;
        byte[] nul = good.getBytes(StandardCharsets.UTF_8);
        nul[9] = 0;
        assertRefused(400, marked);
        assertRefused(400, broken);
        assertRefused(400, nul);
        assertRefused(400, good.getBytes(StandardCharsets.UTF_16));
        assertRefused(400, good.getBytes(StandardCharsets.UTF_16LE));
        assertRefused(400, good.getBytes(java.nio.charset.Charset.forName("UTF-32")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"})
    void anotherMediaTypeIs415(String type) {
        Map<String, String> before = stored();
        Reply refused = Api.post(
                "/v1/service-accounts",
                actors.owner().token(),
                "{\"name\":\"x\",\"role\":\"member\"}",
                "Content-Type",
                type);
        assertEquals("unsupported_media_type", refused.require(415).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void anAnswerThatWeDoNotHaveIs406() {
        Reply refused = Api.send("GET", "/v1/me", actors.owner().token(), null, "Accept", "application/xml");
        assertEquals("not_acceptable", refused.require(406).code());
    }

    @Test
    void everyRefusalIsAProblemDocumentWithTheRequestsId() {
        Reply refused =
                Api.post("/v1/service-accounts", actors.owner().token(), "{", "X-Request-Id", "request-of-this-test");
        assertEquals("application/problem+json", refused.header("Content-Type"));
        assertEquals("request-of-this-test", refused.field("requestId"));
        assertEquals("request-of-this-test", refused.header("X-Request-Id"));
        assertEquals("400", refused.field("status"));
        assertFalse(refused.text().contains("Exception"), refused.text());
    }

    @Test
    void aSecretInAMalformedBodyIsNotRepeated() {
        Reply refused = Api.post(
                "/v1/provider-keys",
                actors.owner().token(),
                "{\"provider\":\"openai\",\"name\":\"x\",\"key\":\"sk-canary-4242\",\"key\":\"sk-canary-4242\"}");
        assertEquals(400, refused.status());
        assertFalse(refused.text().contains("canary"), refused.text());
    }

    private Map<String, String> stored() {
        actors.owner();
        return Rows.stored();
    }

    private Reply assertRefused(int status, Object body) {
        Map<String, String> before = stored();
        Reply refused = Api.post("/v1/service-accounts", actors.owner().token(), body);
        assertEquals(status, refused.status(), refused.toString());
        assertEquals("application/problem+json", refused.header("Content-Type"));
        assertEquals(before, Rows.stored());
        return refused;
    }
}
