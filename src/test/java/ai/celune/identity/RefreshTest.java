package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stolen refresh token is worth nothing for long, and two tabs do not sign each other out (cases 57, 58). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RefreshTest {
    @Inject
    TestClock clock;

    private final Session person = Actors.newWorkspace();

    @Test
    void givesNewTokensForTheSameSession() {
        Reply tokens = refresh(person.refreshToken()).require(200);
        assertNotEquals(person.refreshToken(), tokens.field("refreshToken"));
        assertEquals(person.workspaceId().toString(), tokens.field("workspaceId"));
        assertEquals(200, Api.get("/v1/me", tokens.field("accessToken")).status());
        assertEquals("1", Rows.one("select count(*) from session where user_id = ?", person.userId()));
    }

    @Test
    void twentyParallelRefreshesAreOneRotationWithOneSuccessor() {
        Rows.LogMark mark = Rows.mark();
        List<Reply> replies = Api.atOnce(20, () -> refresh(person.refreshToken()));
        Set<String> successors = replies.stream()
                .map(reply -> reply.require(200).field("refreshToken"))
                .collect(Collectors.toSet());
        assertEquals(1, successors.size());
        assertEquals(List.of("session.refreshed"), mark.added(person.workspaceId()));
        assertEquals("1", Rows.one("select generation from session where user_id = ?", person.userId()));
        assertEquals(200, refresh(successors.iterator().next()).status());
    }

    @Test
    void aParentPresentedAfterTheGraceKillsTheNewestAtOnce() {
        Reply newest = refresh(person.refreshToken()).require(200);
        Rows.LogMark mark = Rows.mark();
        clock.advance(Duration.ofSeconds(11));
        assertEquals(401, refresh(person.refreshToken()).status());
        assertEquals(401, Api.get("/v1/me", newest.field("accessToken")).status());
        assertEquals(401, refresh(newest.field("refreshToken")).status());
        assertTrue(mark.added(person.workspaceId()).contains("session.refresh_reused"));
    }

    @Test
    void aGrandparentKillsTheFamilyEvenWithinTheGrace() {
        Reply first = refresh(person.refreshToken()).require(200);
        Reply second = refresh(first.field("refreshToken")).require(200);
        assertEquals(401, refresh(person.refreshToken()).status());
        assertEquals(401, refresh(second.field("refreshToken")).status());
        assertEquals(401, Api.get("/v1/me", second.field("accessToken")).status());
    }

    @Test
    void aReusedTokenEndsItsOwnFamilyOnly() {
        Session other = person.again();
        refresh(person.refreshToken()).require(200);
        clock.advance(Duration.ofSeconds(11));
        refresh(person.refreshToken()).require(401);
        assertEquals(200, Api.get("/v1/me", other.token()).status());
    }

    @Test
    void anEndedSessionIsNotRefreshed() {
        Api.send("POST", "/v1/auth/sign-out", person.token(), null).require(204);
        assertRefused(person.refreshToken());
    }

    @Test
    void aSessionEndsTwelveHoursAfterSignInHoweverOftenItIsRefreshed() {
        clock.advance(Duration.ofHours(11));
        Reply late = refresh(person.refreshToken()).require(200);
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        assertRefused(late.field("refreshToken"));
    }

    @Test
    void aRemovedMemberIsNotRefreshed() {
        Session member = Actors.join(person, "member");
        Api.delete("/v1/members/" + member.userId(), person.token()).require(204);
        assertRefused(member.refreshToken());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "clr_",
                "clr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "clr_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
                "CLR_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void whatWeNeverIssuedLooksLikeAnEndedOne(String token) {
        Api.send("POST", "/v1/auth/sign-out", person.token(), null).require(204);
        String ended = assertRefused(person.refreshToken());
        assertEquals(ended, assertRefused(token));
    }

    private static String assertRefused(String refreshToken) {
        Map<String, String> before = Rows.stored();
        Reply refused = refresh(refreshToken);
        assertEquals(401, refused.status(), refused.toString());
        assertEquals(before, Rows.stored());
        return refused.withoutRequestId();
    }

    private static Reply refresh(String refreshToken) {
        return Api.post("/v1/auth/refresh", null, Map.of("refreshToken", refreshToken));
    }
}
