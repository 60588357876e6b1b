package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An open stream ends with whatever it rests on, and with nothing else (R28, case 30). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class EndedRightsTest {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Session owner;
    private UUID providerKey;
    private Provider provider;

    @BeforeEach
    void start() {
        owner = Actors.newWorkspace();
        providerKey = providerKey(owner);
        provider = Provider.start();
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            while (true) {
                Provider.write(out, "data: more\n\n");
                TimeUnit.MILLISECONDS.sleep(20);
            }
        });
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        provider.close();
    }

    @Test
    void aRemovedPersonsStreamEndsThereAndGoesOnElsewhere() throws Exception {
        Session person = Actors.newWorkspace();
        String code = Api.post("/v1/invitations", owner.token(), Map.of("email", person.email(), "role", "member"))
                .require(201)
                .field("code");
        String there = Api.post("/v1/auth/accept-invitation", person.token(), Map.of("code", code))
                .require(201)
                .field("accessToken");
        Actors.Key here = key(person.token(), providerKey(person), null, null);
        Actors.Key removed = key(there, providerKey, null, null);
        try (InputStream goesOn = open(here.token());
                InputStream ends = open(removed.token())) {
            Api.delete("/v1/members/" + person.userId(), owner.token()).require(204);
            assertEnds(ends, removed.id());
            assertGoesOn(goesOn);
        }
    }

    @Test
    void aChangedRoleEndsThePersonsStreamAndNobodyElses() throws Exception {
        Session person = Actors.join(owner, "admin");
        Actors.Key demoted = key(person.token(), providerKey, null, null);
        Actors.Key other = key(owner.token(), providerKey, null, null);
        try (InputStream ends = open(demoted.token());
                InputStream goesOn = open(other.token())) {
            Api.patch("/v1/members/" + person.userId(), owner.token(), Map.of("role", "member"))
                    .require(200);
            assertEnds(ends, demoted.id());
            assertGoesOn(goesOn);
        }
    }

    @Test
    void aStreamThatBeganAfterTheChangeGoesOn() throws Exception {
        Session person = Actors.join(owner, "admin");
        Actors.Key key = key(person.token(), providerKey, null, null);
        // Without its hint the row is seen up to a second later.
        Rows.update("alter table credential_end disable trigger tell");
        try {
            Api.patch("/v1/members/" + person.userId(), owner.token(), Map.of("role", "member"))
                    .require(200);
            try (InputStream goesOn = open(key.token())) {
                for (int i = 0; i < 3; i++) {
                    assertGoesOn(goesOn);
                }
            }
        } finally {
            Rows.update("alter table credential_end enable trigger tell");
        }
    }

    @Test
    void aRemovedServiceAccountsStreamEnds() throws Exception {
        UUID robot = Api.post("/v1/service-accounts", owner.token(), Map.of("name", "robot", "role", "member"))
                .require(201)
                .id();
        Actors.Key key = key(owner.token(), providerKey, robot, null);
        try (InputStream ends = open(key.token())) {
            Api.delete("/v1/service-accounts/" + robot, owner.token()).require(204);
            assertEnds(ends, key.id());
        }
    }

    @Test
    void aDeletedWorkspacesStreamEnds() throws Exception {
        Actors.Key key = key(owner.token(), providerKey, null, null);
        try (InputStream ends = open(key.token())) {
            Api.delete("/v1/workspaces/" + owner.workspaceId(), owner.token()).require(202);
            assertEnds(ends, key.id());
        }
    }

    @Test
    void aDeletedProviderKeysStreamEndsAndThatOfAnotherGoesOn() throws Exception {
        Actors.Key deleted = key(owner.token(), providerKey, null, null);
        Actors.Key other = key(owner.token(), providerKey(owner), null, null);
        try (InputStream ends = open(deleted.token());
                InputStream goesOn = open(other.token())) {
            Api.delete("/v1/provider-keys/" + providerKey, owner.token()).require(204);
            assertEnds(ends, deleted.id());
            assertGoesOn(goesOn);
        }
    }

    @Test
    void aReplacedValueEndsNoStream() throws Exception {
        Actors.Key key = key(owner.token(), providerKey, null, null);
        try (InputStream goesOn = open(key.token())) {
            Api.put(
                            "/v1/provider-keys/" + providerKey + "/value",
                            owner.token(),
                            Map.of("key", "sk-rotated-9876543210"))
                    .require(200);
            assertGoesOn(goesOn);
        }
    }

    @Test
    void aStreamEndsWhenItsApiKeyExpires() throws Exception {
        Actors.Key key = key(owner.token(), providerKey, null, Instant.now().plusSeconds(2));
        try (InputStream ends = open(key.token())) {
            assertEnds(ends, key.id());
        }
    }

    @Test
    void aStreamEndsWhenItsSessionExpires() throws Exception {
        UUID session = UUID.fromString(
                Rows.one("select id from session where user_id = ? and ended_at is null", owner.userId()));
        Rows.update("update session set expires_at = now() + interval '2 seconds' where id = ?", session);
        try (InputStream ends = open(owner.token())) {
            assertEnds(ends, session);
        }
    }

    private static UUID providerKey(Session of) {
        return Api.post(
                        "/v1/provider-keys",
                        of.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-ended-0123456789"))
                .require(201)
                .id();
    }

    private static Actors.Key key(
            String token, UUID providerKey, @Nullable UUID serviceAccount, @Nullable Instant expiresAt) {
        Map<String, Object> wanted = new HashMap<>();
        wanted.put("name", "test");
        wanted.put("scopes", List.of("provider-keys:use"));
        wanted.put("bindings", List.of(providerKey));
        if (serviceAccount != null) {
            wanted.put("serviceAccountId", serviceAccount);
        }
        if (expiresAt != null) {
            wanted.put("expiresAt", expiresAt.toString());
        }
        return Actors.Key.of(Api.post("/v1/api-keys", token, wanted));
    }

    private InputStream open(String credential) throws Exception {
        HttpRequest call = HttpRequest.newBuilder(URI.create(Api.baseUrl() + "/v1/proxy/openai/v1/responses"))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + credential)
                .build();
        HttpResponse<InputStream> answer = client.send(call, BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        assertEquals('d', answer.body().read());
        return answer.body();
    }

    private static void assertEnds(InputStream stream, UUID credential) {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertThrows(IOException.class, stream::readAllBytes));
        String ends = "select convert_from(bytes, 'UTF8')::json -> 'details' ->> 'cause' from audit_event"
                + " where action = 'provider_key.use_completed'"
                + " and convert_from(bytes, 'UTF8')::json -> 'credential' ->> 'id' = ?";
        Agent.eventually(() -> !Rows.column(ends, credential.toString()).isEmpty());
        assertEquals(List.of("credential_ended"), Rows.column(ends, credential.toString()));
    }

    private static void assertGoesOn(InputStream stream) throws IOException {
        assertEquals(500, stream.readNBytes(500).length);
    }
}
