package ai.celune.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.SlackStandIn;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Where a new resource is found does not depend on what the client calls the server, and it is found there. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class LocationTest {
    @TestHTTPResource
    URI service;

    private final Session owner = Actors.newWorkspace();

    /** Every operation that answers 201, with a body for it. */
    private Map<String, Object> creations() {
        String member = Actors.join(owner, "member").userId().toString();
        Map<String, Object> creations = new LinkedHashMap<>();
        creations.put("/v1/api-keys", Map.of("name", "test", "scopes", new String[] {"settings:read"}));
        creations.put("/v1/api-keys/" + Actors.key(owner, "settings:read").id() + "/rotate", Map.of());
        creations.put("/v1/invitations", Map.of("email", Actors.newEmail(), "role", "member"));
        creations.put("/v1/platform/access-codes", Map.of());
        creations.put("/v1/platform/users/" + member + "/reset-code", Map.of());
        creations.put("/v1/provider-keys", Map.of("provider", "openai", "name", "test", "key", "sk-0123456789abcd"));
        creations.put("/v1/roles", Map.of("name", "located", "permissions", List.of("settings:read")));
        creations.put("/v1/service-accounts", Map.of("name", "test", "role", "member"));
        creations.put("/v1/slack-connections", Map.of("name", "test", "key", SlackStandIn.webhookUrl()));
        creations.put("/v1/workspaces", Map.of("name", "Another", "accessCode", Actors.accessCode()));
        creations.put("/v1/auth/sign-up", signUp());
        creations.put("/v1/auth/accept-invitation", acceptance());
        return creations;
    }

    @Test
    void aLocationIsAPathThatCanBeFetchedWhateverTheHostField() throws IOException {
        JsonNode paths = Api.send("GET", "/q/openapi", null, null, "Accept", "application/json")
                .json()
                .path("paths");
        TreeSet<String> tried = new TreeSet<>();
        for (Map.Entry<String, Object> creation : creations().entrySet()) {
            String path = creation.getKey().replaceAll("[0-9a-f-]{36}", "{id}");
            tried.add(path);
            String token = path.startsWith("/v1/platform/") ? Actors.operator().token() : owner.token();
            Map<String, String> headers =
                    post(creation.getKey(), path.startsWith("/v1/auth/") ? null : token, creation.getValue());
            assertEquals("HTTP/1.1 201 Created", headers.get(""), path);
            assertEquals(
                    paths.path(path).path("post").path("responses").path("201").has("headers"),
                    headers.containsKey("location"),
                    path);
            String location = headers.get("location");
            if (location != null) {
                assertTrue(location.startsWith("/v1/"), location);
                assertEquals(200, Api.get(location, token).status(), location);
            }
        }
        TreeSet<String> creating = new TreeSet<>();
        paths.properties().forEach(path -> {
            if (path.getValue().path("post").path("responses").has("201")) {
                creating.add(path.getKey());
            }
        });
        assertEquals(creating, tried);
    }

    private Map<String, Object> signUp() {
        return Map.of(
                "email",
                Actors.newEmail(),
                "password",
                Actors.PASSWORD,
                "accessCode",
                Actors.accessCode(),
                "workspaceName",
                "Test");
    }

    private Map<String, Object> acceptance() {
        String email = Actors.newEmail();
        String code = Api.post("/v1/invitations", owner.token(), Map.of("email", email, "role", "member"))
                .field("code");
        return Map.of("code", code, "email", email, "password", Actors.PASSWORD);
    }

    /** With a forged Host field, which no client of the JDK sends. The status line is under the empty name. */
    private Map<String, String> post(String path, @org.jspecify.annotations.Nullable String token, Object body)
            throws IOException {
        String json = new ObjectMapper().writeValueAsString(body);
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                                    + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
                                    + "Content-Type: application/json\r\nContent-Length: " + json.length()
                                    + "\r\n\r\n" + json)
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("", in.readLine());
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                assertTrue(!line.contains("evil.example"), line);
                headers.put(line.split(": ", 2)[0].toLowerCase(java.util.Locale.ROOT), line.split(": ", 2)[1]);
            }
            return headers;
        }
    }
}
