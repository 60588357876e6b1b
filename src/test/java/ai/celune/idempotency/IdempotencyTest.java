package ai.celune.idempotency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A POST that a client repeats has one effect, and only its own caller gets the answer again (cases 66 to 73). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class IdempotencyTest {
    private static final String KEY = "0123456789abcdef";

    @Inject
    TestClock clock;

    private final Actors actors = new Actors();

    @Test
    void aRepetitionGetsTheFirstAnswer() {
        Reply first = create(owner(), KEY, "one").require(201);
        Map<String, String> before = Rows.stored();
        Reply again = create(owner(), KEY, "one");
        assertEquals(201, again.status());
        assertEquals(first.json(), again.json());
        assertEquals(first.header("Location"), again.header("Location"));
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertEquals("", first.header("Idempotency-Replayed"));
        assertEquals(before, Rows.stored());
    }

    @Test
    void ofAHundredParallelEqualCallsOneHasAnEffectAndAllGetItsAnswer() {
        actors.owner();
        String before = accounts();
        List<Reply> replies = Api.atOnce(100, () -> create(owner(), KEY, "one"));
        assertEquals(Set.of(201), replies.stream().map(Reply::status).collect(Collectors.toSet()));
        assertEquals(1, replies.stream().map(Reply::json).distinct().count());
        assertEquals(
                99,
                replies.stream()
                        .filter(reply -> reply.header("Idempotency-Replayed").equals("true"))
                        .count());
        assertEquals(Integer.parseInt(before) + 1, Integer.parseInt(accounts()));
    }

    @Test
    void anEqualCallThatStillRunsIsWaitedForAndThenNamed() {
        String owner = owner();
        Rows.update("create function dawdle() returns trigger language plpgsql as"
                + " 'begin perform pg_sleep(8); return new; end'");
        Rows.update("create trigger dawdle before insert on service_account for each row when (new.name = 'slow')"
                + " execute function dawdle()");
        try {
            CompletableFuture<Reply> first = CompletableFuture.supplyAsync(() -> create(owner, KEY, "slow"));
            while (!first.isDone()
                    && Rows.column("select 1 from pg_stat_activity where wait_event = 'PgSleep'")
                            .isEmpty()) {
                Thread.onSpinWait();
            }
            long began = System.nanoTime();
            Reply second = create(owner, KEY, "slow");
            assertEquals("409 idempotency_in_progress", second.status() + " " + second.code());
            assertEquals("1", second.header("Retry-After"));
            assertTrue(System.nanoTime() - began > TimeUnit.SECONDS.toNanos(5), "did not wait");
            assertEquals("0", Rows.one("select count(*) from service_account where name = 'slow'"));
            assertEquals(
                    first.join().require(201).json(), create(owner, KEY, "slow").json());
            assertEquals("1", Rows.one("select count(*) from service_account where name = 'slow'"));
        } finally {
            Rows.update("drop function dawdle cascade");
        }
    }

    @Test
    void anotherBodyUnderTheSameKeyIsRefused() {
        create(owner(), KEY, "one").require(201);
        assertReused(() -> create(owner(), KEY, "two"));
    }

    @Test
    void theSameDocumentInAnotherSpellingIsARepetition() {
        String body = "{\"name\":\"one\",\"role\":\"member\"}";
        String spaced = "{ \"role\": \"member\", \"name\": \"\\u006fne\" }";
        Reply first = Api.post("/v1/service-accounts", owner(), body, "Idempotency-Key", KEY)
                .require(201);
        Reply again = Api.post("/v1/service-accounts", owner(), spaced, "Idempotency-Key", KEY);
        assertEquals(first.json(), again.require(201).json());
    }

    @Test
    void aBodyOfNullIsRefusedWithAKeyToo() {
        Reply refused = Api.post("/v1/service-accounts", owner(), "null", "Idempotency-Key", KEY);
        assertEquals("invalid_request", refused.require(400).code());
    }

    @Test
    void theSameKeyOnAnotherPathIsAnotherRequest() {
        create(owner(), KEY, "one").require(201);
        assertEquals(
                201,
                Api.post(
                                "/v1/invitations",
                                owner(),
                                Map.of("email", Actors.newEmail(), "role", "member"),
                                "Idempotency-Key",
                                KEY)
                        .status());
    }

    @Test
    void anotherQueryUnderTheSameKeyIsRefused() {
        create(owner(), KEY, "one").require(201);
        assertReused(() -> Api.post(
                "/v1/service-accounts?x=1", owner(), Map.of("name", "one", "role", "member"), "Idempotency-Key", KEY));
    }

    @Test
    void anotherPersonNeverGetsTheAnswer() {
        Reply first = create(owner(), KEY, "one").require(201);
        Reply other = create(actors.admin().token(), KEY, "one").require(201);
        assertNotEquals(first.id(), other.id());
        assertEquals("", other.header("Idempotency-Replayed"));
    }

    @Test
    void anotherWorkspaceOfTheSamePersonNeverGetsTheAnswer() {
        Session owner = actors.owner().again();
        Reply first = create(owner.token(), KEY, "one").require(201);
        String second = Api.post(
                        "/v1/workspaces", owner.token(), Map.of("name", "Second", "accessCode", Actors.accessCode()))
                .field("id");
        String there = Api.send("POST", "/v1/workspaces/" + second + "/select", owner.token(), null)
                .require(200)
                .field("accessToken");
        Reply other = create(there, KEY, "one").require(201);
        assertNotEquals(first.id(), other.id());
    }

    @Test
    void anEndedSessionCannotReplay() {
        Session owner = actors.owner().again();
        create(owner.token(), KEY, "one").require(201);
        Api.send("POST", "/v1/auth/sign-out", owner.token(), null).require(204);
        assertRefused(401, () -> create(owner.token(), KEY, "one"));
    }

    @Test
    void whoLostTheRightCannotReplay() {
        Session admin = actors.admin();
        create(admin.token(), KEY, "one").require(201);
        Api.patch("/v1/members/" + admin.userId(), owner(), Map.of("role", "auditor"))
                .require(200);
        assertRefused(403, () -> create(admin.token(), KEY, "one"));
    }

    @Test
    void aCredentialWithoutTheScopeCannotReplayForItsPerson() {
        create(owner(), KEY, "one").require(201);
        String key = actors.key("settings:read").token();
        assertRefused(403, () -> create(key, KEY, "one"));
    }

    @Test
    void theReplayOfANewApiKeyShowsNoKey() {
        Map<String, Object> body = Map.of("name", "test", "scopes", List.of("settings:read"));
        Reply first =
                Api.post("/v1/api-keys", owner(), body, "Idempotency-Key", KEY).require(201);
        Reply again =
                Api.post("/v1/api-keys", owner(), body, "Idempotency-Key", KEY).require(201);
        assertTrue(again.json().path("key").isNull(), again.toString());
        assertTrue(again.json().path("secretUnavailable").asBoolean(), again.toString());
        assertEquals(first.id(), again.id());
        assertFalse(again.text().contains(first.field("key")), again.text());
    }

    @Test
    void theReplayOfAnInvitationAndOfAnAccessCodeShowsNoCode() {
        String operator = Actors.operator().token();
        String fresh = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            Reply invitation = Api.post(
                    "/v1/invitations",
                    owner(),
                    Map.of("email", "guest@example.test", "role", "member"),
                    "Idempotency-Key",
                    fresh);
            Reply accessCode = Api.post("/v1/platform/access-codes", operator, Map.of(), "Idempotency-Key", fresh);
            assertEquals(i == 1, invitation.require(201).json().path("code").isNull(), invitation.toString());
            assertEquals(i == 1, accessCode.require(201).json().path("code").isNull(), accessCode.toString());
        }
    }

    @Test
    void storedAnswersAreSealed() {
        create(owner(), KEY, "canary-in-the-answer").require(201);
        assertEquals(
                "f",
                Rows.one(
                        "select position('canary-in-the-answer'::bytea in sealed_body) > 0 from idempotency_record"
                                + " where workspace_id = ?",
                        actors.owner().workspaceId()));
    }

    @Test
    void aRefusalIsNotStored() {
        assertEquals(400, create(owner(), KEY, " ").status());
        assertEquals(201, create(owner(), KEY, "one").status());
    }

    @Test
    void whatWasRolledBackIsDoneByTheRepetition() {
        Session owner = actors.owner();
        Map<String, Object> body = Map.of("name", "Second", "accessCode", "WRONG-WRONG-WRONG-WRONG");
        Map<String, String> before = Rows.stored();
        Api.post("/v1/workspaces", owner.token(), body, "Idempotency-Key", KEY).require(422);
        assertEquals(before, Rows.stored());
        assertEquals(
                422,
                Api.post("/v1/workspaces", owner.token(), body, "Idempotency-Key", KEY)
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "fifteen-letters", "with a space in it"})
    void badKeysAreRefused(String key) {
        assertRefused(400, () -> create(owner(), key, "one"));
    }

    @Test
    void aKeyOfMoreThan255CharactersIsRefused() {
        assertRefused(400, () -> create(owner(), "x".repeat(256), "one"));
    }

    @Test
    void afterADayTheKeyIsANewOne() {
        Reply first = create(owner(), KEY, "one").require(201);
        clock.advance(Duration.ofHours(24).plusSeconds(1));
        Reply later = create(actors.owner().again().token(), KEY, "two").require(201);
        assertNotEquals(first.id(), later.id());
    }

    @Test
    void signInsIgnoreTheHeader() {
        Session owner = actors.owner();
        Map<String, Object> body = Map.of("email", owner.email(), "password", Actors.PASSWORD);
        Reply first =
                Api.post("/v1/auth/sign-in", null, body, "Idempotency-Key", KEY).require(200);
        Reply second =
                Api.post("/v1/auth/sign-in", null, body, "Idempotency-Key", KEY).require(200);
        assertNotEquals(first.field("refreshToken"), second.field("refreshToken"));
    }

    private void assertReused(Callable<Reply> call) {
        assertEquals("idempotency_key_reused", assertRefused(422, call).code());
    }

    private Reply assertRefused(int status, Callable<Reply> call) {
        actors.owner();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.atOnce(1, call).getFirst();
        assertEquals(status, refused.status(), refused.toString());
        assertEquals(before, Rows.stored());
        return refused;
    }

    private String owner() {
        return actors.owner().token();
    }

    private String accounts() {
        return Rows.one(
                "select count(*) from service_account where workspace_id = ?",
                actors.owner().workspaceId());
    }

    private static Reply create(String token, String key, String name) {
        return Api.post("/v1/service-accounts", token, Map.of("name", name, "role", "member"), "Idempotency-Key", key);
    }
}
