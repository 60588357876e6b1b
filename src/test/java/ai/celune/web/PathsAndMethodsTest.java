package ai.celune.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path has one spelling and a method one meaning; no other way leads past a check (cases 38, 44, 45). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class PathsAndMethodsTest {
    private final Actors actors = new Actors();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1;x=1/settings",
                "/v1/settings;x=1",
                "//v1/settings",
                "/v1//settings",
                "/v1/settings/",
                "/v1/settings//",
                "/v1/./settings",
                "/v1/x/../settings",
                "/v1/%73ettings",
                "/%76%31/settings",
                "/v1/%2e/settings",
                "/v1/x/%2e%2e/settings",
                "/v1%2fsettings",
                "/v1/settings%00",
                "/v1/settings%20",
                "/v1/settings.json",
                "/V1/settings",
                "/v1/Settings",
                "/v1/SETTINGS"
            })
    void anotherSpellingOfAPathLeadsNowhere(String path) {
        Reply anonymous = Api.get(path, null);
        Reply owner = Api.get(path, actors.owner().token());
        assertEquals(404, owner.status(), owner.toString());
        assertTrue(anonymous.status() == 404 || anonymous.status() == 401, anonymous.toString());
        assertFalse(anonymous.text().contains("apiKeyMaxDays"), anonymous.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/settings/", "//v1/settings", "/v1;x/settings", "/v1/%73ettings", "/V1/settings"})
    void anotherSpellingOfAPathChangesNothing(String path) {
        actors.owner();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.patch(path, actors.owner().token(), Map.of("name", "renamed"));
        assertEquals(404, refused.status(), refused.toString());
        assertEquals(before, Rows.stored());
    }

    @Test
    void headIsCheckedLikeGet() {
        assertEquals(401, Api.send("HEAD", "/v1/settings", null, null).status());
        assertEquals(
                403,
                Api.send("HEAD", "/v1/settings", actors.member().token(), null).status());
        Reply head = Api.send("HEAD", "/v1/settings", actors.owner().token(), null);
        assertEquals(200, head.status());
        assertEquals("", head.text());
    }

    @Test
    void optionsAreNotAnswered() {
        assertEquals(
                "method_not_allowed",
                Api.send("OPTIONS", "/v1/settings", null, null).require(405).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"})
    void noHeaderOverridesTheMethod(String header) {
        String id = actors.key("settings:read").id().toString();
        Map<String, String> before = Rows.stored();
        assertEquals(
                200,
                Api.send("GET", "/v1/api-keys/" + id, actors.owner().token(), null, header, "DELETE")
                        .status());
        assertEquals(
                405,
                Api.post("/v1/api-keys/" + id, actors.owner().token(), Map.of(), header, "DELETE")
                        .status());
        assertEquals(before, Rows.stored());
    }

    @Test
    void theLogNamesOnlyMethodsThatExist() {
        String member = actors.member().token();
        Api.send(
                        "PURGE",
                        "/v1/proxy/openai/v1/models",
                        Actors.key(actors.owner(), "settings:read").token(),
                        null)
                .require(403);
        Api.patch("/v1/settings", member, Map.of()).require(403);
        assertEquals(
                List.of("PATCH", "other"),
                Rows.column(
                        "select convert_from(bytes, 'UTF8')::json -> 'details' ->> 'method' from audit_event"
                                + " where action = 'request.denied' and workspace_id = ? order by 1",
                        actors.owner().workspaceId()));
    }

    /** Credential before limits before the form of path and body, and in each refusal the request's id (architecture, request path). */
    @Test
    void aRequestPassesTheChecksInTheirOrder() {
        String tooLarge = "{\"name\":\"" + "x".repeat(BodyIntake.MAX_BODY) + "\"}";
        for (String path : List.of("/v1/service-accounts", "/v1//service-accounts")) {
            assertOrder(401, path, "not-a-token", tooLarge);
        }
        assertOrder(404, "/v1//service-accounts", actors.member().token(), tooLarge);
        assertOrder(413, "/v1/service-accounts", actors.member().token(), tooLarge);
        assertOrder(403, "/v1/service-accounts", actors.member().token(), "{}");
        assertOrder(400, "/v1/service-accounts", actors.owner().token(), "{}");
    }

    private static void assertOrder(int status, String path, String token, String body) {
        Reply refused = Api.post(path, token, body, "X-Request-Id", "order-of-checks");
        assertEquals(status, refused.status(), refused.toString());
        assertEquals("order-of-checks", refused.json().path("requestId").asText());
        assertEquals("order-of-checks", refused.header("X-Request-Id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "TRACE", "PROPFIND"})
    void methodsThatAPathDoesNotKnowChangeNothing(String method) {
        actors.owner();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.send(method, "/v1/settings", actors.owner().token(), null);
        assertTrue(refused.status() == 405 || refused.status() == 501, refused.toString());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aKeyInTheQueryIsRefusedEvenBesidesAGoodCredential() {
        String key = actors.key("settings:read").token();
        Reply refused = Api.get("/v1/settings?api_key=" + key, actors.owner().token());
        assertEquals(400, refused.status(), refused.toString());
        assertFalse(refused.text().contains(key), refused.text());
        assertEquals(400, Api.get("/v1/settings?access_token=" + key, null).status());
        String disguised = "?key=%63" + key.substring(1);
        assertEquals(
                400, Api.get("/v1/settings" + disguised, actors.owner().token()).status());
        assertEquals(
                400,
                Api.get("/v1/proxy/openai/v1/models" + disguised, actors.owner().token())
                        .status());
    }

    /** Nor is anything looked up for it; by hand, because the client of the JDK sends none. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/settings?a=%zz", "/v1/proxy/openai/v1/models?a=%", "/v1/%4/settings"})
    void aMalformedEscapeDoesNotEvenArrive(String target) throws IOException {
        URI service = URI.create(Api.baseUrl());
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: celune\r\nConnection: close\r\nAuthorization: Bearer "
                                    + actors.owner().token() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void twoCredentialsAreAmbiguousEvenWhenBothAreGood() {
        String token = actors.owner().token();
        Reply refused = Api.send("GET", "/v1/settings", token, null, "Authorization", "Bearer " + token);
        assertEquals("ambiguous_credentials", refused.require(400).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Token", "Bearer2", ""})
    void anotherSchemeIsABadCredential(String scheme) {
        String token = actors.owner().token();
        Reply refused = Api.send("GET", "/v1/settings", null, null, "Authorization", scheme + " " + token);
        assertEquals(401, refused.status(), refused.toString());
    }

    @Test
    void aKeyCountsOnlyInTheAuthorizationHeader() {
        String key = actors.key("settings:read").token();
        for (String header : List.of("x-api-key", "api-key", "x-goog-api-key", "Cookie")) {
            assertEquals(
                    401,
                    Api.send("GET", "/v1/settings", null, null, header, key).status(),
                    header);
        }
    }
}
