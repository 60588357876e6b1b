package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What another service of the workspace is told about a key, which is what our own door would do with it (R23, R28). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiKeyVerificationTest {
    private static final String INVALID =
            "{\"valid\":false,\"id\":null,\"principal\":null,\"permissions\":null,\"bindings\":null,\"expiresAt\":null}";

    @Inject
    TestClock clock;

    private final Actors actors = new Actors();

    @Test
    void aLiveKeyIsToldWithItsEffectiveRights() {
        Actors.Key key = Actors.key(actors.admin(), "settings:read", "members:read");
        Reply verified = verify(key.token(), null).require(200);
        assertEquals("true", verified.field("valid"));
        assertEquals(key.id(), verified.id());
        assertEquals(
                "[\"members:read\",\"settings:read\"]",
                verified.json().path("permissions").toString());
        assertEquals(
                actors.admin().userId().toString(),
                verified.json().at("/principal/id").asText());
        Api.patch("/v1/members/" + actors.admin().userId(), owner(), Map.of("role", "member"))
                .require(200);
        assertEquals(
                "[\"members:read\"]",
                verify(key.token(), null).json().path("permissions").toString());
    }

    @Test
    void whateverDoesNotCountIsTheSame() {
        Actors.Key revoked = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + revoked.id(), owner()).require(204);
        String foreign = Actors.key(actors.stranger(), "settings:read").token();
        String expired = Api.post(
                        "/v1/api-keys",
                        owner(),
                        Map.of(
                                "name",
                                "short",
                                "scopes",
                                List.of("settings:read"),
                                "expiresAt",
                                clock.instant().plusSeconds(60).toString()))
                .require(201)
                .field("key");
        String orphaned = Actors.key(actors.member(), "members:read").token();
        Api.delete("/v1/members/" + actors.member().userId(), owner()).require(204);
        clock.advance(Duration.ofSeconds(61));
        for (String key : List.of(revoked.token(), foreign, expired, orphaned, "clk_test_x", "nonsense")) {
            assertEquals(INVALID, verify(key, null).require(200).text(), key);
        }
        assertEquals(INVALID, verify("", null).require(200).text());
    }

    @Test
    void aConfinedKeyIsValidFromItsAddressesAlone() {
        Actors.Key key = actors.key("settings:read");
        Api.patch("/v1/api-keys/" + key.id(), owner(), Map.of("allowedAddresses", List.of("203.0.113.0/24")))
                .require(200);
        assertEquals("true", verify(key.token(), "203.0.113.7").field("valid"));
        assertEquals("true", verify(key.token(), "::ffff:203.0.113.7").field("valid"));
        for (String address : List.of("203.0.114.7", "2001:db8::1", "203.0.113.7.evil", "localhost", "")) {
            assertEquals(INVALID, verify(key.token(), address).require(200).text(), address);
        }
        assertEquals(INVALID, verify(key.token(), null).require(200).text());
    }

    @Test
    void aRevokedKeyIsInvalidWithTheNextQuestion() {
        for (int i = 0; i < 20; i++) {
            Actors.Key key = actors.key("settings:read");
            assertEquals("true", verify(key.token(), null).field("valid"));
            Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
            Api.atOnce(5, () -> verify(key.token(), null)).forEach(reply -> assertEquals(INVALID, reply.text()));
        }
    }

    @Test
    void aVerificationIsNoUse() {
        Actors.Key key = actors.key("settings:read");
        verify(key.token(), null).require(200);
        assertEquals(
                "true",
                Api.get("/v1/api-keys/" + key.id(), owner())
                                .json()
                                .path("lastUsedAt")
                                .isNull() + "");
    }

    private String owner() {
        return actors.owner().token();
    }

    private Reply verify(String key, @Nullable String address) {
        Map<String, String> shown = new HashMap<>();
        shown.put("key", key);
        if (address != null) {
            shown.put("address", address);
        }
        return Api.post("/v1/api-keys/verify", owner(), shown);
    }
}
