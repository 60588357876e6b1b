package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Test;

/** Passwords cannot be guessed, and whether an account exists cannot be told (cases 60 to 62). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SignInTest {
    private static final String WRONG = "not the password";

    @Inject
    TestClock clock;

    private final Session person = Actors.newWorkspace();

    @Test
    void opensASessionInTheOldestWorkspace() {
        Reply tokens = Actors.signIn(person.email(), Actors.PASSWORD).require(200);
        assertEquals(person.workspaceId().toString(), tokens.field("workspaceId"));
        assertEquals(200, Api.get("/v1/me", tokens.field("accessToken")).status());
    }

    @Test
    void theAddressIsTakenInAnySpelling() {
        assertEquals(
                200,
                Actors.signIn("  " + person.email().toUpperCase(java.util.Locale.ROOT), Actors.PASSWORD)
                        .status());
    }

    @Test
    void aWrongPasswordLooksLikeAnUnknownPerson() {
        Map<String, String> before = Rows.stored("sign_in_attempt");
        Reply wrong = Actors.signIn(person.email(), WRONG);
        Reply unknown = Actors.signIn(Actors.newEmail(), WRONG);
        assertEquals(401, wrong.status());
        assertEquals(401, unknown.status());
        assertEquals(wrong.withoutRequestId(), unknown.withoutRequestId());
        assertEquals(before, Rows.stored("sign_in_attempt"));
    }

    @Test
    void anUnknownPersonIsSlowedDownLikeAKnownOne() {
        String nobody = Actors.newEmail();
        for (int i = 0; i < 3; i++) {
            assertEquals(401, Actors.signIn(nobody, WRONG).status());
            assertEquals(401, Actors.signIn(person.email(), WRONG).status());
        }
        Reply known = Actors.signIn(person.email(), WRONG);
        Reply unknown = Actors.signIn(nobody, WRONG);
        assertEquals(429, known.status());
        assertEquals(429, unknown.status());
        assertEquals(known.withoutRequestId(), unknown.withoutRequestId());
    }

    @Test
    void ofAHundredParallelGuessesOnlyTheAllowedNumberIsEvaluated() {
        // Else the second that follows the third failure may pass while a busy machine still answers.
        clock.stop();
        List<Reply> replies = Api.atOnce(100, () -> Actors.signIn(person.email(), WRONG));
        long evaluated = replies.stream().filter(reply -> reply.status() == 401).count();
        assertTrue(evaluated >= 1 && evaluated <= 3, "evaluated " + evaluated);
        replies.stream()
                .filter(reply -> reply.status() != 401)
                .forEach(
                        reply -> assertEquals("rate_limited", reply.require(429).code()));
        assertEquals(Long.toString(evaluated), failures());
    }

    @Test
    void delaysDoubleAfterThreeFailuresAndTheTenthLocks() {
        clock.stop();
        for (int failure = 1; failure <= 3; failure++) {
            assertEquals(401, Actors.signIn(person.email(), WRONG).status());
        }
        for (int wait : new int[] {1, 2, 4, 8, 8, 8, 8}) {
            Reply tooEarly = Actors.signIn(person.email(), Actors.PASSWORD);
            assertEquals(429, tooEarly.status());
            assertEquals(wait, Integer.parseInt(tooEarly.header("Retry-After")));
            clock.advance(Duration.ofSeconds(wait));
            assertEquals(401, Actors.signIn(person.email(), WRONG).status());
        }
        Reply locked = Actors.signIn(person.email(), Actors.PASSWORD);
        assertEquals(429, locked.status());
        assertTrue(Integer.parseInt(locked.header("Retry-After")) > 850, locked.toString());
        assertEquals("10", failures());
    }

    @Test
    void theLockIsAnEventAndEndsAfterAQuarterOfAnHour() {
        Rows.LogMark mark = Rows.mark();
        lock();
        assertTrue(mark.added(person.workspaceId()).contains("account.locked"));
        clock.advance(Duration.ofMinutes(15));
        assertEquals(200, Actors.signIn(person.email(), Actors.PASSWORD).status());
    }

    @Test
    void aRefreshDoesNotClearALock() {
        lock();
        Api.post("/v1/auth/refresh", null, Map.of("refreshToken", person.refreshToken()))
                .require(200);
        assertEquals(429, Actors.signIn(person.email(), Actors.PASSWORD).status());
    }

    @Test
    void aRightPasswordForgetsEarlierFailures() {
        Actors.signIn(person.email(), WRONG).require(401);
        Actors.signIn(person.email(), WRONG).require(401);
        Actors.signIn(person.email(), Actors.PASSWORD).require(200);
        for (int i = 0; i < 3; i++) {
            assertEquals(401, Actors.signIn(person.email(), WRONG).status());
        }
    }

    @Test
    void aPersonWithoutAWorkspaceSignsInToNone() {
        Session member = Actors.join(person, "member");
        Api.delete("/v1/members/" + member.userId(), person.token()).require(204);
        Reply tokens = Actors.signIn(member.email(), Actors.PASSWORD).require(200);
        Reply me = Api.get("/v1/me", tokens.field("accessToken")).require(200);
        assertTrue(me.json().path("workspaceId").isNull(), me.toString());
        assertTrue(me.json().path("permissions").isEmpty(), me.toString());
    }

    private void lock() {
        Actors.signIn(person.email(), WRONG).require(401);
        Rows.update("update sign_in_attempt set failures = 9 where subject = " + SUBJECT, person.email());
        Actors.signIn(person.email(), WRONG).require(401);
    }

    private String failures() {
        return Rows.one("select failures from sign_in_attempt where subject = " + SUBJECT, person.email());
    }

    private static final String SUBJECT = "sha256(convert_to('account:' || ?::text, 'UTF8'))";
}
