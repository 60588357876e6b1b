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
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits as clients meet them: exact numbers, true waits, nothing done by a refused call (R74 to R78). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(RateLimitTest.LimitsOn.class)
class RateLimitTest {
    private final Session operator = Actors.operator();

    /** The service with limits on, as it always runs outside tests. */
    public static final class LimitsOn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("celune.ratelimit.enabled", "true");
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
