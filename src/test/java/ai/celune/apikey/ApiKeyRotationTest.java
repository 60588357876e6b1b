package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key gives way to a successor with the same rights, at once or after a time in which both work; and it works from allowed addresses only. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiKeyRotationTest {
    private static final Map<String, Object> AT_ONCE = Map.of();

    @Inject
    TestClock clock;

    private final Actors actors = new Actors();

    @Test
    void bothWorkUntilTheOverlapEnds() {
        Actors.Key old = actors.key("settings:read");
        Reply successor = rotate(old, owner(), overlap(Duration.ofHours(1))).require(201);
        assertWorks(old.token());
        assertWorks(successor.field("key"));
        clock.advance(Duration.ofMinutes(61));
        assertEnded(old.token());
        assertWorks(successor.field("key"));
    }

    @Test
    void withoutAnOverlapTheOldKeyEndsWithTheAnswer() {
        Actors.Key old = actors.key("settings:read");
        String successor = rotate(old, owner(), AT_ONCE).require(201).field("key");
        assertEnded(old.token());
        assertWorks(successor);
        Reply shown = Api.get("/v1/api-keys/" + old.id(), owner());
        assertEquals(false, shown.json().path("revokedAt").isNull(), shown.toString());
    }

    @Test
    void theSuccessorAllowsWhatTheOldKeyDid() {
        UUID secret = Api.post(
                        "/v1/provider-keys",
                        owner(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-rotation-0123456789"))
                .require(201)
                .id();
        Reply old = Api.post(
                        "/v1/api-keys",
                        owner(),
                        Map.of(
                                "name",
                                "agent",
                                "scopes",
                                List.of("provider-keys:use", "settings:read"),
                                "bindings",
                                List.of(secret),
                                "allowedAddresses",
                                List.of("127.0.0.0/8", "::1/128")))
                .require(201);
        Reply successor = rotate(Actors.Key.of(old), owner(), AT_ONCE).require(201);
        for (String same : List.of("name", "scopes", "bindings", "allowedAddresses", "serviceAccountId", "expiresAt")) {
            assertEquals(old.json().path(same), successor.json().path(same), same);
        }
        assertEquals(old.id().toString(), successor.field("replaces"));
    }

    @Test
    void bothKeysAndTheOverlapAreInTheAuditLog() {
        Actors.Key old = actors.key("settings:read");
        Rows.LogMark mark = Rows.mark();
        Map<String, Object> overlap = overlap(Duration.ofDays(2));
        UUID successor = rotate(old, owner(), overlap).require(201).id();
        assertEquals(
                List.of("api_key.created", "api_key.rotated"),
                mark.added(actors.owner().workspaceId()));
        Reply events = Api.get("/v1/audit/events?action=api_key.rotated&target=" + old.id(), owner());
        assertEquals(
                successor.toString(),
                events.json().at("/items/0/details/successor").asText());
        assertEquals(
                overlap.get("overlapUntil"),
                events.json().at("/items/0/details/overlapUntil").asText());
    }

    @Test
    void anEndedKeyHasNoSuccessor() {
        Actors.Key revoked = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + revoked.id(), owner()).require(204);
        Actors.Key expired = actors.key("settings:read");
        rotate(expired, owner(), overlap(Duration.ofMinutes(1))).require(201);
        clock.advance(Duration.ofMinutes(2));
        assertRefused(409, "conflict", revoked, owner(), AT_ONCE);
        assertRefused(409, "conflict", expired, owner(), AT_ONCE);
    }

    @Test
    void aPersonsKeyIsRotatedByThatPersonAlone() {
        Actors.Key key = Actors.key(actors.member(), "members:read");
        assertRefused(403, "permission_denied", key, owner(), AT_ONCE);
        rotate(key, actors.member().token(), AT_ONCE).require(201);
    }

    @Test
    void whoLacksItsRightsRotatesNothing() {
        Actors.Key key = actors.key("settings:admin", "api-keys:write");
        String sibling = actors.key("api-keys:write").token();
        assertRefused(403, "scope_not_held", key, sibling, AT_ONCE);
        assertEquals(200, Api.patch("/v1/settings", key.token(), Map.of()).status());
    }

    @Test
    void aKeyRotatesItself() {
        Actors.Key key = actors.key("api-keys:write", "settings:read");
        String successor = rotate(key, key.token(), AT_ONCE).require(201).field("key");
        assertEnded(key.token());
        assertWorks(successor);
    }

    @Test
    void ofSeveralRotationsAtOnceOneMakesAKey() {
        Actors.Key key = actors.key("settings:read");
        List<Integer> answers = Api.atOnce(5, () -> rotate(key, owner(), AT_ONCE)).stream()
                .map(Reply::status)
                .sorted()
                .toList();
        assertEquals(List.of(201, 409, 409, 409, 409), answers);
        assertEquals("1", Rows.one("select count(*) from api_key where replaces = ?", key.id()));
    }

    @Test
    void aRepeatedRotationShowsNoValue() {
        Actors.Key key = actors.key("settings:read");
        String idempotency = "rotate-" + UUID.randomUUID();
        Reply first =
                rotate(key, owner(), AT_ONCE, "Idempotency-Key", idempotency).require(201);
        Reply again =
                rotate(key, owner(), AT_ONCE, "Idempotency-Key", idempotency).require(201);
        assertEquals(first.id(), again.id());
        assertEquals(
                true,
                again.json().path("key").isNull()
                        && again.json().path("secretUnavailable").asBoolean());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 31 * 24 * 60})
    void anOverlapIsNeitherPastNorLong(long minutes) {
        assertRefused(
                400, "invalid_request", actors.key("settings:read"), owner(), overlap(Duration.ofMinutes(minutes)));
    }

    @Test
    void anOverlapDoesNotOutliveTheKeysOwnEnd() {
        String end = clock.instant().plus(Duration.ofMinutes(5)).toString();
        Reply old = Api.post(
                        "/v1/api-keys",
                        owner(),
                        Map.of("name", "short", "scopes", List.of("settings:read"), "expiresAt", end))
                .require(201);
        rotate(Actors.Key.of(old), owner(), overlap(Duration.ofHours(1))).require(201);
        assertEquals(end, Api.get("/v1/api-keys/" + old.id(), owner()).field("expiresAt"));
    }

    @Test
    void theDatabaseLetsNoKeyLiveLonger() {
        Actors.Key key = actors.key("settings:read");
        rotate(key, owner(), overlap(Duration.ofHours(1))).require(201);
        for (String change : List.of(
                "update api_key set expires_at = null where id = ?",
                "update api_key set expires_at = expires_at + interval '1 second' where id = ?")) {
            assertThrows(IllegalStateException.class, () -> Rows.update(change, key.id()), change);
        }
    }

    @Test
    void elsewhereTheKeyIsUnknown() {
        Actors.Key key = actors.key("settings:read");
        Reply unknown = Api.get("/v1/settings", "clk_test_x");
        allow(key, "192.0.2.0/24", "2001:db8::/32").require(200);
        Reply refused = Api.get("/v1/settings", key.token());
        assertEquals(401, refused.status());
        assertEquals(unknown.withoutRequestId(), refused.withoutRequestId());
        assertEquals(
                "address_not_allowed",
                Api.get("/v1/audit/events?action=request.unauthenticated", owner())
                        .json()
                        .at("/items/0/reason")
                        .asText());
        allow(key, "192.0.2.0/24", "127.0.0.0/8", "::1/128").require(200);
        assertWorks(key.token());
        allow(key, "192.0.2.0/24").require(200);
        assertEnded(key.token());
        allow(key).require(200);
        assertWorks(key.token());
    }

    @Test
    void newAddressesAreAnEventAndTheSameOnesAreNone() {
        Actors.Key key = actors.key("settings:read");
        Rows.LogMark mark = Rows.mark();
        allow(key, "127.0.0.0/8").require(200);
        allow(key, "127.0.0.0/8").require(200);
        assertEquals(
                List.of("api_key.addresses_changed"), mark.added(actors.owner().workspaceId()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1/8",
                "localhost/8",
                "10.0.0.0/33",
                "::ffff:127.0.0.0/104",
                "fe80::%eth0/64",
                ""
            })
    void whatIsNoBlockIsRefused(String block) {
        Actors.Key key = actors.key("settings:read");
        Map<String, String> before = Rows.stored();
        assertEquals(400, allow(key, block).status());
        assertEquals(before, Rows.stored());
    }

    private String owner() {
        return actors.owner().token();
    }

    private Map<String, Object> overlap(Duration length) {
        return Map.of("overlapUntil", clock.instant().plus(length).toString());
    }

    private Reply allow(Actors.Key key, String... blocks) {
        return Api.patch("/v1/api-keys/" + key.id(), owner(), Map.of("allowedAddresses", List.of(blocks)));
    }

    private static Reply rotate(Actors.Key key, String token, Map<String, Object> how, String... headers) {
        return Api.post("/v1/api-keys/" + key.id() + "/rotate", token, how, headers);
    }

    private static void assertRefused(int status, String code, Actors.Key key, String token, Map<String, Object> how) {
        Map<String, String> before = Rows.stored();
        Reply refused = rotate(key, token, how);
        assertEquals(status + " " + code, refused.status() + " " + refused.field("code"), refused.toString());
        assertEquals(before, Rows.stored());
    }

    private static void assertWorks(String token) {
        assertEquals(200, Api.get("/v1/settings", token).status());
    }

    private static void assertEnded(String token) {
        assertEquals(401, Api.get("/v1/settings", token).status());
    }
}
