package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.Reply;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is signed out is out with the next call (R16). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
class SignOutTest {
    private final Session person = Actors.newWorkspace();

    @Test
    void signingOutEndsThisSessionOnly() {
        Session other = person.again();
        post("/v1/auth/sign-out", person).require(204);
        assertEquals(401, Api.get("/v1/me", person.token()).status());
        assertEquals(401, post("/v1/auth/sign-out", person).status());
        assertEquals(200, Api.get("/v1/me", other.token()).status());
    }

    @Test
    void signingOutEverywhereEndsAllSessionsOfThePerson() {
        Session other = person.again();
        Session somebodyElse = Actors.join(person, "member");
        post("/v1/me/sign-out-everywhere", person).require(204);
        assertEquals(401, Api.get("/v1/me", person.token()).status());
        assertEquals(401, Api.get("/v1/me", other.token()).status());
        assertEquals(401, refresh(other).status());
        assertEquals(200, Api.get("/v1/me", somebodyElse.token()).status());
    }

    @Test
    void signingOutEverywhereLeavesApiKeysAlone() {
        String key = Actors.key(person, "settings:read").token();
        post("/v1/me/sign-out-everywhere", person).require(204);
        assertEquals(200, Api.get("/v1/settings", key).status());
    }

    @Test
    void aSessionAfterSigningOutEverywhereWorks() {
        post("/v1/me/sign-out-everywhere", person).require(204);
        assertEquals(200, Api.get("/v1/me", person.again().token()).status());
    }

    @Test
    void anEndedSessionLooksLikeAnUnknownToken() {
        post("/v1/auth/sign-out", person).require(204);
        assertEquals(
                Api.get("/v1/me", "nonsense").withoutRequestId(),
                Api.get("/v1/me", person.token()).withoutRequestId());
    }

    private static Reply post(String path, Session session) {
        return Api.send("POST", path, session.token(), null);
    }

    private static Reply refresh(Session session) {
        return Api.post("/v1/auth/refresh", null, Map.of("refreshToken", session.refreshToken()));
    }
}
