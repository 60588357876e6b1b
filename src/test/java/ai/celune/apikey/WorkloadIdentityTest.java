package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.support.TestIssuer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program that keeps no key of ours: the token of whoever runs it stands for the key of a service account (R23–R28). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class WorkloadIdentityTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static TestIssuer issuer;

    @Inject
    TestClock clock;

    @Inject
    ApiKeyActivity activity;

    private final Actors actors = new Actors();
    private final String subject = "system:serviceaccount:agents:agent-" + NUMBER.incrementAndGet();

    @BeforeAll
    static void open() {
        issuer = new TestIssuer(ProviderAddress.issuer().getPort());
    }

    @AfterAll
    static void close() {
        issuer.close();
    }

    @BeforeEach
    void here() {
        issuer.away(false);
    }

    @Test
    void aTokenHasTheRightsOfTheKeyAndNoMore() {
        Reply created = key(Map.of()).require(201);
        assertTrue(created.json().path("key").isNull(), "nothing to keep");
        assertTrue(created.json().path("prefix").isNull());
        assertFalse(created.json().has("secretUnavailable"));
        assertEquals(
                "{\"issuer\":\"%s\",\"subject\":\"%s\",\"audience\":\"%s\"}"
                        .formatted(issuer.url(), subject, audience(actors.owner())),
                created.json().path("workload").toString());
        Api.get("/v1/members", token()).require(200);
        assertEquals(
                "permission_denied",
                Api.get("/v1/settings", token()).require(403).code());
        Reply shown = Api.get("/v1/api-keys/" + created.id(), owner()).require(200);
        assertEquals(created.json().path("workload"), shown.json().path("workload"));
        for (int i = 0; i < 100 && !shown.field("useCount").equals("2"); i++) {
            activity.store();
            shown = Api.get("/v1/api-keys/" + created.id(), owner()).require(200);
        }
        assertEquals("2", shown.field("useCount"));
    }

    @Test
    void theLogTellsWhichWorkloadAndWhichKey() {
        Rows.LogMark mark = Rows.mark();
        UUID id = key(Map.of()).require(201).id();
        assertEquals(
                List.of("api_key.created"),
                mark.added(actors.owner().workspaceId()).stream()
                        .filter(action -> action.startsWith("api_key"))
                        .toList());
        assertEquals(
                issuer.url() + " " + subject,
                Rows.one(
                        "select (convert_from(bytes, 'UTF8')::json -> 'details' ->> 'workloadIssuer') || ' '"
                                + " || (convert_from(bytes, 'UTF8')::json -> 'details' ->> 'workloadSubject') from audit_event"
                                + " where convert_from(bytes, 'UTF8')::json -> 'target' ->> 'id' = ?",
                        id.toString()));
        Rows.LogMark before = Rows.mark();
        Api.get("/v1/settings", token()).require(403);
        assertEquals(List.of("request.denied"), before.addedWith(id));
    }

    @Test
    void whoeverElseHasAnIssuersTokenIsNobody() {
        key(Map.of()).require(201);
        List<String> others = List.of(
                issuer.sign(issuer.claims(subject + "x", audience(actors.owner()), clock.instant())),
                issuer.sign(issuer.claims(subject, audience(actors.stranger()), clock.instant())),
                issuer.sign(issuer.claims(subject, "https://kubernetes.default.svc", clock.instant())),
                TestIssuer.sign(
                        issuer.claims(subject, audience(actors.owner()), clock.instant()),
                        TestIssuer.generate("other").getPrivateKey(),
                        "RS256",
                        Map.of("kid", issuer.key().getKeyId())));
        String unknown = Api.get("/v1/members", "clk_live_unknown").require(401).withoutRequestId();
        for (String other : others) {
            Reply refused = Api.get("/v1/members", other).require(401);
            assertEquals(unknown, refused.withoutRequestId());
            assertEquals(
                    401,
                    Api.send("POST", "/v1/proxy/openai/v1/chat/completions", other, "{}")
                            .status());
        }
    }

    /** Else a workspace could make itself the home of another's program, whose secrets would then land there. */
    @Test
    void aWorkspaceCannotClaimTheWorkloadsOfAnother() {
        UUID mine = key(Map.of()).require(201).id();
        Reply theirs = key(actors.stranger(), Map.of()).require(201);
        assertEquals(
                audience(actors.stranger()),
                theirs.json().at("/workload/audience").asText());
        assertEquals(mine.toString(), verify(token()).field("id"));
        Reply asked = Api.get("/v1/service-accounts", token()).require(403);
        assertEquals("permission_denied", asked.code());
        Api.get("/v1/api-keys/" + mine, actors.stranger().token()).require(404);
    }

    @Test
    void aRevokedKeyTakesNoTokenAndAnotherMayFollow() {
        UUID first = key(Map.of()).require(201).id();
        assertEquals("conflict", key(Map.of()).require(409).code());
        Api.get("/v1/members", token()).require(200);
        Api.delete("/v1/api-keys/" + first, owner()).require(204);
        Rows.LogMark mark = Rows.mark();
        Api.get("/v1/members", token()).require(401);
        assertEquals(List.of("request.unauthenticated"), mark.addedWith(first));
        String stolen = token();
        clock.advance(Duration.ofSeconds(1));
        Api.delete("/v1/api-keys/" + key(Map.of()).require(201).id(), owner()).require(204);
        UUID second = key(Map.of()).require(201).id();
        assertEquals(401, Api.get("/v1/members", stolen).status(), "from before a revocation");
        clock.advance(Duration.ofSeconds(1));
        Api.get("/v1/members", token()).require(200);
        assertEquals(second.toString(), verify(token()).field("id"));
    }

    @Test
    void aKeyThatRanOutMakesRoomForAnother() {
        UUID first = key(Map.of("expiresAt", clock.instant().plusSeconds(60).toString()))
                .require(201)
                .id();
        clock.advance(Duration.ofSeconds(61));
        Api.get("/v1/members", token()).require(401);
        key(Map.of()).require(201);
        clock.advance(Duration.ofSeconds(1));
        Api.get("/v1/members", token()).require(200);
        assertFalse(Api.get("/v1/api-keys/" + first, owner())
                .json()
                .path("revokedAt")
                .isNull());
    }

    @Test
    void ofKeysMadeAtOnceForAWorkloadThereIsOne() {
        String account = serviceAccount(actors.owner());
        Map<String, Object> wanted = wanted(account);
        List<Integer> statuses = Api.atOnce(8, () -> Api.post("/v1/api-keys", owner(), wanted)).stream()
                .map(Reply::status)
                .sorted()
                .toList();
        assertEquals(List.of(201, 409, 409, 409, 409, 409, 409, 409), statuses);
    }

    @Test
    void aServiceAccountThatGoesTakesItsWorkloadsWithIt() {
        Reply created = key(Map.of()).require(201);
        Api.delete("/v1/service-accounts/" + created.field("serviceAccountId"), owner())
                .require(204);
        Api.get("/v1/members", token()).require(401);
    }

    @Test
    void itsAddressesCount() {
        key(Map.of("allowedAddresses", List.of("203.0.113.0/24"))).require(201);
        Api.get("/v1/members", token()).require(401);
    }

    @Test
    void thereIsNoValueToRotate() {
        UUID id = key(Map.of()).require(201).id();
        Api.post("/v1/api-keys/" + id + "/rotate", owner(), Map.of()).require(409);
        Api.get("/v1/members", token()).require(200);
    }

    @Test
    void badWishesAreNamedAndWriteNothing() {
        String account = serviceAccount(actors.owner());
        Map<String, Object> person = wanted(account);
        person.remove("serviceAccountId");
        assertInvalid("/serviceAccountId", person);
        Map<String, Object> unknown = wanted(account);
        unknown.put("workload", Map.of("issuer", issuer.url() + "/", "subject", subject));
        assertInvalid("/workload/issuer", unknown);
        for (String field : List.of("issuer", "subject")) {
            Map<String, Object> workload = new HashMap<>(Map.of("issuer", issuer.url(), "subject", subject));
            for (String bad : List.of("", " ", "x".repeat(256))) {
                workload.put(field, bad);
                Map<String, Object> wanted = wanted(account);
                wanted.put("workload", workload);
                assertInvalid("/workload/" + field, wanted);
            }
            workload.remove(field);
            Map<String, Object> without = wanted(account);
            without.put("workload", workload);
            assertInvalid("/workload/" + field, without);
        }
    }

    @Test
    void anotherServiceMayAskWhoseTokenItWasShown() {
        UUID id = key(Map.of()).require(201).id();
        Reply verified = verify(token()).require(200);
        assertEquals("true", verified.field("valid"));
        assertEquals(id.toString(), verified.field("id"));
        assertEquals("service_account", verified.json().at("/principal/type").asText());
        Reply foreign = Api.post("/v1/api-keys/verify", actors.stranger().token(), Map.of("key", token()));
        assertEquals("false", foreign.require(200).field("valid"));
        Api.delete("/v1/api-keys/" + id, owner()).require(204);
        assertEquals("false", verify(token()).require(200).field("valid"));
    }

    @Test
    void anIssuerThatIsAwayStopsNobodyElse() {
        key(Map.of()).require(201);
        issuer.away(true);
        issuer.rotate();
        clock.advance(Duration.ofSeconds(11));
        Reply refused = Api.get("/v1/members", token()).require(503);
        assertEquals("issuer_unavailable", refused.code());
        assertEquals("10", refused.header("Retry-After"));
        Api.get("/v1/members", owner()).require(200);
        issuer.away(false);
        clock.advance(Duration.ofSeconds(11));
        Api.get("/v1/members", token()).require(200);
    }

    private Reply key(Map<String, Object> more) {
        return key(actors.owner(), more);
    }

    private Reply key(Session by, Map<String, Object> more) {
        Map<String, Object> wanted = wanted(serviceAccount(by));
        wanted.putAll(more);
        return Api.post("/v1/api-keys", by.token(), wanted);
    }

    private Map<String, Object> wanted(String serviceAccount) {
        return new HashMap<>(Map.of(
                "name",
                "agent",
                "scopes",
                List.of("members:read"),
                "serviceAccountId",
                serviceAccount,
                "workload",
                Map.of("issuer", issuer.url(), "subject", subject)));
    }

    private static String serviceAccount(Session by) {
        return Api.post("/v1/service-accounts", by.token(), Map.of("name", "robot", "role", "member"))
                .require(201)
                .field("id");
    }

    private void assertInvalid(String pointer, Map<String, Object> wanted) {
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post("/v1/api-keys", owner(), wanted).require(400);
        assertEquals(pointer, refused.json().at("/errors/0/pointer").asText(), refused.toString());
        assertEquals(before, Rows.stored());
    }

    private Reply verify(String token) {
        return Api.post("/v1/api-keys/verify", owner(), Map.of("key", token));
    }

    private String token() {
        return issuer.sign(issuer.claims(subject, audience(actors.owner()), clock.instant()));
    }

    private static String audience(Session of) {
        return "celune:" + of.workspaceId();
    }

    private String owner() {
        return actors.owner().token();
    }
}
