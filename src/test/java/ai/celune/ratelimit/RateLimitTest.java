package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits as clients meet them: exact numbers, true waits, nothing done by a refused call (R74 to R78). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(RateLimitTest.LimitsOn.class)
class RateLimitTest {
    private static final String PROXY = "127.9.9.9";

    private final Session operator = Actors.operator();

    /** The service with limits on, as it always runs outside tests, behind a proxy that is not there. */
    public static final class LimitsOn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "celune.ratelimit.enabled", "true",
                    "quarkus.http.proxy.proxy-address-forwarding", "true",
                    "quarkus.http.proxy.trusted-proxies", PROXY);
        }
    }

    @Test
    void sixtyReadsAMinuteAndNotOneMore() {
        String key = key("settings:read");
        for (int i = 1; i <= 60; i++) {
            Reply reply = Api.get("/v1/settings", key).require(200);
            assertTrue(reply.header("RateLimit").startsWith("\"read\";r=" + (60 - i) + ";"), reply.header("RateLimit"));
            assertEquals("\"read\";q=60;w=60", reply.header("RateLimit-Policy"));
        }
        assertLimited(Api.get("/v1/settings", key));
    }

    @Test
    void aKeyMayHaveLessThanOthersAndNeverMore() {
        Map<String, Object> wanted = Map.of(
                "name",
                "slow",
                "scopes",
                List.of("settings:read", "api-keys:read"),
                "limits",
                Map.of("read", 3, "broker", 5));
        Reply created = Api.post("/v1/api-keys", operator.token(), wanted).require(201);
        assertEquals(3, created.json().at("/limits/read").asInt());
        String key = created.field("key");
        for (int i = 1; i <= 3; i++) {
            assertEquals(
                    "\"read\";q=3;w=60",
                    Api.get("/v1/settings", key).require(200).header("RateLimit-Policy"));
        }
        assertLimited(Api.get("/v1/settings", key));
        Reply verified = Api.post("/v1/api-keys/verify", key, Map.of("key", key));
        assertEquals(200, verified.status(), verified.toString());
        for (Map<String, Integer> above : List.of(Map.of("read", 61), Map.of("write", 31), Map.of("read", 0))) {
            Map<String, Object> refused = Map.of("name", "fast", "scopes", List.of("settings:read"), "limits", above);
            assertEquals(
                    400, Api.post("/v1/api-keys", operator.token(), refused).status());
        }
        Reply rotated = Api.post("/v1/api-keys/" + created.id() + "/rotate", operator.token(), Map.of())
                .require(201);
        assertEquals(3, rotated.json().at("/limits/read").asInt());
    }

    @Test
    void ofAHundredParallelReadsExactlySixtyAreAdmitted() {
        String key = key("settings:read");
        List<Reply> replies = Api.atOnce(100, () -> Api.get("/v1/settings", key));
        assertEquals(60, replies.stream().filter(reply -> reply.status() == 200).count());
        assertEquals(40, replies.stream().filter(reply -> reply.status() == 429).count());
    }

    @Test
    void thirtyWritesAMinuteAndARefusedOneDoesNothing() {
        Actors.Key key = Actors.key(operator, "settings:read", "settings:admin");
        for (int i = 1; i <= 30; i++) {
            Api.patch("/v1/settings", key.token(), Map.of("name", "name " + i)).require(200);
        }
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        assertLimited(Api.patch("/v1/settings", key.token(), Map.of("name", "one more")));
        assertEquals(before, Rows.stored());
        assertEquals(List.of("request.limited"), mark.addedWith(key.id()));
        assertEquals(200, Api.get("/v1/settings", key.token()).status());
    }

    @Test
    void refusedCallsDoNotLengthenTheWait() {
        String key = key("settings:read", "settings:admin");
        for (int i = 1; i <= 30; i++) {
            Api.patch("/v1/settings", key, Map.of()).require(200);
        }
        int first = Integer.parseInt(Api.patch("/v1/settings", key, Map.of()).header("Retry-After"));
        for (int i = 1; i <= 20; i++) {
            assertLimited(Api.patch("/v1/settings", key, Map.of()));
        }
        int last = Integer.parseInt(Api.patch("/v1/settings", key, Map.of()).header("Retry-After"));
        assertTrue(last <= first, last + " after " + first);
    }

    @Test
    void callsRefusedForAMissingPermissionCountToo() {
        String key = key("settings:read");
        for (int i = 1; i <= 30; i++) {
            Api.patch("/v1/settings", key, Map.of()).require(403);
        }
        assertLimited(Api.patch("/v1/settings", key, Map.of()));
    }

    @Test
    void everyCredentialHasItsOwnLimits() {
        String spent = key("settings:read");
        Api.atOnce(61, () -> Api.get("/v1/settings", spent));
        assertLimited(Api.get("/v1/settings", spent));
        assertEquals(200, Api.get("/v1/settings", key("settings:read")).status());
    }

    /** One test for all of an address, because all tests call from the same one. */
    @Test
    void anAddressTriesThirtyBadCredentialsAndTenSignInsAMinute() {
        List<Integer> bad = Api.atOnce(40, () -> Api.get("/v1/settings", "nonsense")).stream()
                .map(Reply::status)
                .sorted()
                .toList();
        assertEquals(30, bad.stream().filter(status -> status == 401).count());
        assertEquals(10, bad.stream().filter(status -> status == 429).count());
        assertLimited(Api.get("/v1/settings", null));
        assertEquals(200, Api.get("/v1/settings", operator.token()).status());

        List<Reply> signIns = Api.atOnce(20, () -> Actors.signIn(Actors.newEmail(), Actors.PASSWORD));
        long admitted = signIns.stream().filter(reply -> reply.status() == 401).count();
        // The operator's own sign-up came from here too, some time within this minute or before.
        assertTrue(admitted == 9 || admitted == 10, "admitted " + admitted);
        assertLimited(Actors.signIn(operator.email(), Actors.PASSWORD));
    }

    @Test
    void refreshingCountsForTheFamilyAndUnknownTokensForTheAddress() {
        String token = operator.refreshToken();
        for (int i = 0; i < 10; i++) {
            Reply tokens = refresh(token).require(200);
            assertEquals("\"auth\";q=10;w=60", tokens.header("RateLimit-Policy"));
            token = tokens.field("refreshToken");
        }
        assertLimited(refresh(token));
        for (int i = 0; i < 30; i++) {
            assertEquals(401, refresh("clr_" + "A".repeat(43)).status());
        }
        assertLimited(refresh("clr_" + "A".repeat(43)));
    }

    @Test
    void aWorkspaceSetsTheLimitOfItsBrokerCalls() {
        Actors.Key key = Actors.key(operator, "settings:read", "settings:admin", "provider-keys:use");
        Api.patch("/v1/settings", key.token(), Map.of("brokerPerMinute", 5)).require(200);
        try {
            for (int i = 1; i <= 5; i++) {
                Reply reply = Api.get("/v1/proxy/openai/v1/models", key.token()).require(409);
                assertEquals("\"broker\";q=5;w=60", reply.header("RateLimit-Policy"));
            }
            Reply limited = Api.get("/v1/proxy/openai/v1/models", key.token());
            assertLimited(limited);
            assertEquals("true", limited.header("Celune-Error"));
        } finally {
            Api.patch("/v1/settings", key.token(), "{\"brokerPerMinute\":null}").require(200);
        }
    }

    @Test
    void anAccountIsProvenTenTimesAMinuteFromWhateverAddresses() {
        String email = Actors.newEmail();
        Map<String, Object> signUp = Map.of(
                "email", email, "password", Actors.PASSWORD, "accessCode", Actors.accessCode(), "workspaceName", "T");
        assertEquals(201, from("127.0.1.1", "POST", "/v1/auth/sign-up", signUp));
        Map<String, Object> proof = Map.of("email", email, "password", Actors.PASSWORD);
        for (int i = 2; i <= 10; i++) {
            assertEquals(200, from("127.0.1." + i, "POST", "/v1/auth/sign-in", proof));
        }
        assertEquals(429, from("127.0.1.11", "POST", "/v1/auth/sign-in", proof));
        // The refused proof took nothing from its address.
        for (int i = 1; i <= 10; i++) {
            Map<String, Object> other = Map.of("email", Actors.newEmail(), "password", Actors.PASSWORD);
            assertEquals(401, from("127.0.1.11", "POST", "/v1/auth/sign-in", other));
        }
    }

    @Test
    void aForgedForwardingHeaderIsNobodysAddress() {
        for (int i = 1; i <= 30; i++) {
            assertEquals(401, forged(i));
        }
        assertEquals(429, forged(31));
    }

    private static int forged(int number) {
        String address = "203.0.113." + number;
        return from(
                "127.0.1.20",
                "GET",
                "/v1/settings",
                null,
                "Authorization",
                "Bearer nonsense",
                "X-Forwarded-For",
                address,
                "Forwarded",
                "for=" + address,
                "X-Real-IP",
                address);
    }

    @Test
    void ofWhatAProxyForwardsOnlyItsOwnEntryCounts() {
        for (int i = 1; i <= 30; i++) {
            assertEquals(401, forwarded("198.51.100." + i + ", 203.0.113.7"));
        }
        assertEquals(429, forwarded("198.51.100.77, 203.0.113.7"));
        assertEquals(401, forwarded("203.0.113.7, 203.0.113.8"));
    }

    @Test
    void manyAddressesOfOneNetworkAndTwoSpellingsOfOneAddressAreOneClient() {
        for (int i = 1; i <= 15; i++) {
            assertEquals(401, forwarded("2001:db8:1:1::" + i));
            assertEquals(401, forwarded("2001:db8:1:1:ffff::" + i));
            assertEquals(401, forwarded("203.0.113.20"));
            assertEquals(401, forwarded("::ffff:203.0.113.20"));
        }
        assertEquals(429, forwarded("2001:db8:1:1::99"));
        assertEquals(401, forwarded("2001:db8:1:2::99"));
        assertEquals(429, forwarded("::ffff:203.0.113.20"));
        assertEquals(429, forwarded("203.0.113.20"));
    }

    private static int forwarded(String chain) {
        return from(PROXY, "GET", "/v1/settings", null, "Authorization", "Bearer nonsense", "X-Forwarded-For", chain);
    }

    @Test
    void aForgedEntryOpensNoKeyThatIsConfinedToAnAddress() {
        Reply created = Api.post(
                        "/v1/api-keys",
                        operator.token(),
                        Map.of(
                                "name",
                                "n",
                                "scopes",
                                List.of("settings:read"),
                                "allowedAddresses",
                                List.of("192.0.2.0/24")))
                .require(201);
        for (Map.Entry<String, Integer> chain : Map.of("192.0.2.1, 203.0.113.40", 401, "203.0.113.40, 192.0.2.1", 200)
                .entrySet()) {
            assertEquals(
                    chain.getValue(),
                    from(
                            PROXY,
                            "GET",
                            "/v1/settings",
                            null,
                            "Authorization",
                            "Bearer " + created.field("key"),
                            "X-Forwarded-For",
                            chain.getKey()));
        }
    }

    @Test
    void aRepetitionCostsWhatTheCallCosts() {
        String key = key("api-keys:write");
        Map<String, Object> wanted = Map.of("name", "n", "scopes", List.of("api-keys:write"));
        String[] again = {"Idempotency-Key", "again-and-again-1"};
        for (int i = 1; i <= 30; i++) {
            Api.post("/v1/api-keys", key, wanted, again).require(201);
        }
        assertLimited(Api.post("/v1/api-keys", key, wanted, again));
    }

    @Test
    void streamsOfOneConnectionCountWhateverTheirQuery() {
        String key = key("settings:read");
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            // Alone, because it brings the connection to HTTP/2.
            List<Integer> statuses =
                    new ArrayList<>(List.of(noisy(client, key, 0).join()));
            Stream.iterate(1, number -> number + 1)
                    .limit(60)
                    .map(number -> noisy(client, key, number))
                    .toList()
                    .forEach(answer -> statuses.add(answer.join()));
            assertEquals(1, Collections.frequency(statuses, 429), statuses.toString());
        }
    }

    private static CompletableFuture<Integer> noisy(HttpClient client, String key, int number) {
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create(Api.baseUrl() + "/v1/settings?noise=" + number))
                                .header("Authorization", "Bearer " + key)
                                .build(),
                        BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
    }

    @Test
    void pathsThatLeadNowhereCount() {
        String key = key("settings:read");
        for (int i = 1; i <= 60; i++) {
            Api.get("/v1/nowhere/" + i, key).require(404);
        }
        assertLimited(Api.get("/v1/settings", key));
    }

    @Test
    void everyRefusalOfAFloodIsCounted() {
        Rows.LogMark mark = Rows.mark();
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            int status = from("127.0.1.30", "PATCH", "/v1/settings", Map.of(), "Authorization", "Bearer nonsense");
            refused += status == 401 || status == 429 ? 1 : 0;
        }
        assertEquals(200, refused);
        while (mark.counted("request.unauthenticated", "PATCH") < 30
                || mark.counted("request.limited", "PATCH") < 170) {
            Thread.onSpinWait();
        }
        assertEquals(30, mark.counted("request.unauthenticated", "PATCH"));
        assertEquals(170, mark.counted("request.limited", "PATCH"));
    }

    /** The status of a call from another address of this machine. */
    private static int from(String address, String method, String path, @Nullable Object body, String... headers) {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(InetAddress.getByName(address))
                .build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(Api.baseUrl() + path))
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body == null
                                    ? BodyPublishers.noBody()
                                    : BodyPublishers.ofString(new ObjectMapper().writeValueAsString(body)));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Reply refresh(String token) {
        return Api.post("/v1/auth/refresh", null, Map.of("refreshToken", token));
    }

    private static void assertLimited(Reply refused) {
        assertEquals("rate_limited", refused.require(429).code());
        int wait = Integer.parseInt(refused.header("Retry-After"));
        assertTrue(wait >= 1 && wait <= 60, "Retry-After " + wait);
    }

    private String key(String... scopes) {
        return Actors.key(operator, scopes).token();
    }
}
