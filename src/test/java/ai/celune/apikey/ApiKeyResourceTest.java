package ai.celune.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API key is shown once, never has more rights than its person, and stops with the call after its end (R25 to R28). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ApiKeyResourceTest {
    @Inject
    TestClock clock;

    @Inject
    ApiKeyActivity activity;

    private final Actors actors = new Actors();

    @Test
    void theKeyIsShownOnceAndStoredNowhere() {
        Reply created = create(owner(), "settings:read").require(201);
        String key = created.field("key");
        assertTrue(key.startsWith("clk_test_") && key.startsWith(created.field("prefix")), created.field("prefix"));
        Reply shown = Api.get("/v1/api-keys/" + created.id(), owner()).require(200);
        Reply listed = Api.get("/v1/api-keys", owner()).require(200);
        assertFalse(shown.text().contains(key), shown.text());
        assertFalse(listed.text().contains(key), listed.text());
        assertEquals(created.field("createdAt"), shown.field("createdAt"));
        assertEquals(
                "1", Rows.one("select count(*) from api_key where token_hash = sha256(convert_to(?, 'UTF8'))", key));
    }

    @Test
    void aKeyHasItsScopesAndNothingElse() {
        String key = actors.key("settings:read").token();
        Reply me = Api.get("/v1/me", key).require(200);
        assertEquals("[\"settings:read\"]", me.json().path("permissions").toString());
        assertEquals(200, Api.get("/v1/settings", key).status());
        assertEquals(403, Api.get("/v1/api-keys", key).status());
    }

    @Test
    void scopesThatTheCreatorLacksAreRefused() {
        assertRefused(403, "scope_not_held", () -> create(actors.member().token(), "settings:admin"));
        assertRefused(403, "scope_not_held", () -> create(actors.admin().token(), "workspace:own"));
    }

    @Test
    void aKeyMakesNoKeyWithMoreScopesThanItsOwn() {
        String key = actors.key("api-keys:write", "settings:read").token();
        assertRefused(403, "scope_not_held", () -> create(key, "settings:admin"));
        assertEquals(201, create(key, "settings:read").status());
    }

    @Test
    void aKeyMakesNoKeyThatReachesFurtherOrLivesLongerThanItself() {
        UUID own = providerKey(actors.owner());
        UUID other = providerKey(actors.owner());
        Instant end = clock.instant().plus(Duration.ofHours(1));
        Map<String, Object> maker = Map.of(
                "name",
                "maker",
                "scopes",
                List.of("api-keys:write", "provider-keys:use"),
                "bindings",
                List.of(own),
                "expiresAt",
                end.toString());
        String key = Api.post("/v1/api-keys", owner(), maker).require(201).field("key");
        assertRefused(403, "scope_not_held", () -> made(key, own, other));
        assertEquals(end, Instant.parse(made(key, own).require(201).field("expiresAt")));
    }

    private static Reply made(String key, UUID... bindings) {
        return Api.post(
                "/v1/api-keys",
                key,
                Map.of("name", "made", "scopes", List.of("provider-keys:use"), "bindings", List.of(bindings)));
    }

    @Test
    void aNewNameIsShownFromThenOn() {
        Actors.Key key = actors.key("settings:read");
        assertEquals(
                "second",
                Api.patch("/v1/api-keys/" + key.id(), owner(), Map.of("name", "second"))
                        .require(200)
                        .field("name"));
        assertEquals("second", Api.get("/v1/api-keys/" + key.id(), owner()).field("name"));
    }

    @Test
    void aPatchWithoutANameChangesNothing() {
        Actors.Key key = actors.key("settings:read");
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Reply shown = Api.get("/v1/api-keys/" + key.id(), owner());
        for (Object patch : List.of(Map.of(), Map.of("name", shown.field("name")))) {
            Reply same = Api.patch("/v1/api-keys/" + key.id(), owner(), patch).require(200);
            assertEquals(shown.json(), same.json());
            assertEquals(shown.header("ETag"), same.header("ETag"));
        }
        assertEquals(before, Rows.stored());
        assertEquals(Map.of(), mark.added());
        for (String patch : List.of("{\"name\":null}", "{\"name\":\" \"}")) {
            assertRefused(400, "invalid_request", () -> Api.patch("/v1/api-keys/" + key.id(), owner(), patch));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "*:*",
                "settings:*",
                "settings",
                "settings:read,settings:admin",
                "SETTINGS:READ",
                " settings:read",
                "settings:read\n",
                "s\u0435ttings:read",
                "platform:operate",
                "owner"
            })
    void onlyScopesOfTheMatrixExist(String scope) {
        assertRefused(400, "invalid_request", () -> create(owner(), scope));
    }

    @Test
    void aKeyWithoutScopesIsRefused() {
        assertRefused(400, "invalid_request", () -> create(owner()));
    }

    @Test
    void anExpiryInThePastIsRefused() {
        String past = clock.instant().minusSeconds(1).toString();
        assertRefused(400, "invalid_request", () -> expiring(past));
    }

    @Test
    void aRevokedKeyIsOverWithTheNextCall() {
        Actors.Key key = actors.key("settings:read");
        Api.get("/v1/settings", key.token()).require(200);
        Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
        assertEquals(401, Api.get("/v1/settings", key.token()).status());
        Reply shown = Api.get("/v1/api-keys/" + key.id(), owner()).require(200);
        assertFalse(shown.json().path("revokedAt").isNull(), shown.toString());
    }

    @Test
    void ofTheCallsAfterTheAnswerToARevocationNoneIsAccepted() {
        for (int i = 0; i < 20; i++) {
            Actors.Key key = actors.key("settings:read");
            Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
            Api.atOnce(5, () -> Api.get("/v1/settings", key.token()))
                    .forEach(reply -> assertEquals(401, reply.status()));
        }
    }

    @Test
    void revokingTwiceIsLikeRevokingOnce() {
        Actors.Key key = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
        // A standby is waited for each time, which takes a row.
        Map<String, String> before = Rows.stored("credential_end");
        Rows.LogMark mark = Rows.mark();
        assertEquals(204, Api.delete("/v1/api-keys/" + key.id(), owner()).status());
        assertEquals(before, Rows.stored("credential_end"));
        assertEquals(Map.of(), mark.added());
    }

    @Test
    void unknownMalformedExpiredRevokedAndOrphanedKeysLookTheSame() {
        Actors.Key revoked = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + revoked.id(), owner()).require(204);
        String orphaned = Actors.key(actors.admin(), "settings:read").token();
        Api.delete("/v1/members/" + actors.admin().userId(), owner()).require(204);
        String expired = expiring(clock.instant().plusSeconds(60).toString())
                .require(201)
                .field("key");
        assertEquals(200, Api.get("/v1/settings", expired).status());
        clock.advance(Duration.ofSeconds(61));
        String unknown;
        try (ApiKeyToken token = ApiKeyToken.generate("test", new java.security.SecureRandom())) {
            unknown = token.reveal();
        }
        Set<String> answers = new java.util.TreeSet<>();
        for (String key : List.of(revoked.token(), orphaned, expired, unknown, "clk_test_x", "nonsense")) {
            Reply refused = Api.get("/v1/settings", key);
            assertEquals(401, refused.status(), key);
            answers.add(refused.withoutRequestId() + refused.header("WWW-Authenticate"));
        }
        assertEquals(1, answers.size(), answers.toString());
    }

    @Test
    void aKeyInAnyOtherSpellingIsRefused() {
        String key = actors.key("settings:read").token();
        for (String other : List.of(
                key + " x",
                key + "0",
                key.substring(1),
                "CLK" + key.substring(3),
                key.toUpperCase(java.util.Locale.ROOT),
                key + key,
                "\"" + key + "\"")) {
            assertEquals(401, Api.get("/v1/settings", other).status(), other);
        }
    }

    @Test
    void nothingBringsARevokedKeyBack() {
        Actors.Key key = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
        assertRefused(
                400, "invalid_request", () -> Api.patch("/v1/api-keys/" + key.id(), owner(), "{\"revokedAt\":null}"));
        for (String change : List.of(
                "update api_key set revoked_at = null where id = ?",
                "update api_key set revoked_at = now() + interval '1 day' where id = ?",
                "update api_key set token_hash = sha256('other') where id = ?")) {
            assertThrows(IllegalStateException.class, () -> Rows.update(change, key.id()), change);
        }
        assertEquals(401, Api.get("/v1/settings", key.token()).status());
    }

    @Test
    void whenItsPersonLosesARoleTheKeyLosesTheRights() {
        Session admin = actors.admin();
        String key = Actors.key(admin, "settings:read", "settings:admin").token();
        Api.patch("/v1/settings", key, Map.of()).require(200);
        Api.patch("/v1/members/" + admin.userId(), owner(), Map.of("role", "auditor"))
                .require(200);
        assertEquals(403, Api.patch("/v1/settings", key, Map.of()).status());
        assertEquals(200, Api.get("/v1/settings", key).status());
    }

    @Test
    void aRemovedServiceAccountTakesItsKeysWithIt() {
        UUID robot = serviceAccount();
        String key = keyOf(owner(), robot, "members:read").require(201).field("key");
        Reply me = Api.get("/v1/me", key).require(200);
        assertEquals("service_account", me.json().at("/principal/type").asText());
        assertTrue(me.json().path("userId").isNull() && me.json().path("email").isNull(), me.toString());
        Api.delete("/v1/service-accounts/" + robot, owner()).require(204);
        assertEquals(401, Api.get("/v1/me", key).status());
        assertRefused(404, "not_found", () -> keyOf(owner(), robot, "members:read"));
    }

    @Test
    void onlyWhoAdministersServiceAccountsMakesTheirKeys() {
        UUID robot = serviceAccount();
        assertRefused(403, "permission_denied", () -> keyOf(actors.member().token(), robot, "members:read"));
    }

    @Test
    void theRightsOfAServiceAccountsKeyEndAtItsRole() {
        String key =
                keyOf(owner(), serviceAccount(), "settings:admin").require(201).field("key");
        assertEquals("[]", Api.get("/v1/me", key).json().path("permissions").toString());
        assertEquals(403, Api.patch("/v1/settings", key, Map.of()).status());
    }

    @Test
    void aMemberSeesAndEndsOwnKeysOnly() {
        Session member = actors.member();
        Actors.Key own = Actors.key(member, "members:read");
        String other = "/v1/api-keys/" + actors.key("settings:read").id();
        Reply page = Api.get("/v1/api-keys", member.token()).require(200);
        assertTrue(page.lists(own.id()), page.toString());
        assertEquals(1, page.json().path("items").size(), page.toString());
        assertRefused(404, "not_found", () -> Api.get(other, member.token()));
        assertRefused(404, "not_found", () -> Api.delete(other, member.token()));
        assertRefused(404, "not_found", () -> Api.patch(other, member.token(), Map.of("name", "mine")));
        assertEquals(204, Api.delete("/v1/api-keys/" + own.id(), member.token()).status());
    }

    @Test
    void anAdministratorEndsTheKeysOfOthers() {
        Actors.Key key = Actors.key(actors.member(), "members:read");
        Api.delete("/v1/api-keys/" + key.id(), actors.admin().token()).require(204);
        assertEquals(401, Api.get("/v1/members", key.token()).status());
    }

    @Test
    void bindingsAreShownAndGoWithTheProviderKey() {
        UUID secret = providerKey(actors.owner());
        Reply created = bound(secret).require(201);
        assertEquals(secret.toString(), created.json().at("/bindings/0").asText());
        Api.delete("/v1/provider-keys/" + secret, owner()).require(204);
        Reply shown = Api.get("/v1/api-keys/" + created.id(), owner()).require(200);
        assertTrue(shown.json().path("bindings").isEmpty(), shown.toString());
    }

    @Test
    void aForeignProviderKeyIsNotBoundEvenAmongOwnOnes() {
        UUID own = providerKey(actors.owner());
        UUID foreign = providerKey(actors.stranger());
        assertRefused(404, "not_found", () -> bound(own, foreign));
    }

    @Test
    void callsAreCountedExactly() {
        callsAreCounted(25);
    }

    @Test
    @Tag("long")
    void tenThousandCallsAreCountedExactly() {
        callsAreCounted(10_000);
    }

    private void callsAreCounted(int calls) {
        Actors.Key key = actors.key("settings:read");
        assertTrue(Api.get("/v1/api-keys/" + key.id(), owner())
                .json()
                .path("lastUsedAt")
                .isNull());
        Instant before = clock.instant();
        for (int left = calls; left > 0; left -= 50) {
            Api.atOnce(Math.min(left, 50), () -> Api.get("/v1/settings", key.token()))
                    .forEach(reply -> reply.require(200));
        }
        String count = "0";
        // The schedule may be storing at this moment; then its transaction shows a little later.
        for (int i = 0; i < 200 && !count.equals(Integer.toString(calls)); i++) {
            activity.store();
            count = Api.get("/v1/api-keys/" + key.id(), owner()).field("useCount");
        }
        assertEquals(Integer.toString(calls), count);
        Instant lastUsed =
                Instant.parse(Api.get("/v1/api-keys/" + key.id(), owner()).field("lastUsedAt"));
        assertTrue(!lastUsed.isBefore(before) && !lastUsed.isAfter(clock.instant()), lastUsed.toString());
        try {
            clock.advance(Duration.ofMinutes(1));
            activity.store();
            activity.tell();
        } finally {
            clock.reset();
        }
        assertEquals(
                Integer.toString(calls),
                Rows.one(
                        "select sum((convert_from(bytes, 'UTF8')::jsonb -> 'details' ->> 'count')::int) from audit_event"
                                + " where action = 'api_key.usage_counted' and target_id = ?",
                        key.id().toString()));
    }

    private void assertRefused(int status, String code, Callable<Reply> call) {
        actors.owner();
        actors.member();
        actors.admin();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.atOnce(1, call).getFirst();
        assertEquals(code, refused.require(status).code());
        assertEquals(before, Rows.stored());
    }

    private String owner() {
        return actors.owner().token();
    }

    private UUID serviceAccount() {
        return Api.post("/v1/service-accounts", owner(), Map.of("name", "robot", "role", "member"))
                .require(201)
                .id();
    }

    private static UUID providerKey(Session of) {
        return Api.post(
                        "/v1/provider-keys",
                        of.token(),
                        Map.of("provider", "openai", "name", "x", "key", "sk-binding-0123456789"))
                .require(201)
                .id();
    }

    private Reply bound(UUID... secrets) {
        List<String> ids = Arrays.stream(secrets).map(UUID::toString).toList();
        return Api.post(
                "/v1/api-keys", owner(), Map.of("name", "x", "scopes", List.of("provider-keys:use"), "bindings", ids));
    }

    private Reply expiring(String end) {
        return Api.post(
                "/v1/api-keys", owner(), Map.of("name", "x", "scopes", List.of("settings:read"), "expiresAt", end));
    }

    private static Reply keyOf(String token, UUID serviceAccount, String scope) {
        return Api.post(
                "/v1/api-keys",
                token,
                Map.of("name", "x", "scopes", List.of(scope), "serviceAccountId", serviceAccount.toString()));
    }

    private static Reply create(String token, String... scopes) {
        return Api.post("/v1/api-keys", token, Map.of("name", "test", "scopes", List.of(scopes)));
    }
}
