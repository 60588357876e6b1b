package ai.celune.identity;

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
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** People see their sessions, and end them one by one. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class OwnSessionsTest {
    private final Actors actors = new Actors();

    @Inject
    TestClock clock;

    @Test
    void aSessionSaysHowItBeganAndWhere() {
        Session owner = actors.owner();
        Reply tokens = Api.post(
                        "/v1/auth/sign-in",
                        null,
                        Map.of("email", owner.email(), "password", Actors.PASSWORD),
                        "User-Agent",
                        "Example/1.0 (test)")
                .require(200);
        List<JsonNode> sessions = sessions(tokens.field("accessToken"));
        assertEquals(2, sessions.size());
        JsonNode current = sessions.get(1);
        assertTrue(current.path("current").asBoolean());
        assertFalse(sessions.getFirst().path("current").asBoolean());
        assertEquals("password", current.path("method").asText());
        assertEquals("sign_up", sessions.getFirst().path("method").asText());
        assertEquals("Example/1.0 (test)", current.path("device").asText());
        assertEquals("127.0.0.0/24", current.path("network").asText());
        assertEquals(owner.workspaceId().toString(), current.path("workspaceId").asText());
    }

    @Test
    void anEndedSessionIsOverWithTheNextRequestAndNotListed() {
        Session owner = actors.owner();
        Session other = owner.again();
        UUID id = Actors.sessionId(other);
        Api.delete("/v1/me/sessions/" + id, owner.token()).require(204);
        assertEquals(401, Api.get("/v1/me", other.token()).status());
        assertEquals(
                401,
                Api.post("/v1/auth/refresh", null, Map.of("refreshToken", other.refreshToken()))
                        .status());
        assertEquals(1, sessions(owner.token()).size());
        Api.delete("/v1/me/sessions/" + id, owner.token()).require(204);
    }

    @Test
    void nobodyEndsOrSeesAnotherPersonsSession() {
        Session owner = actors.owner();
        Session member = actors.member();
        UUID id = Actors.sessionId(member);
        Map<String, String> before = Rows.stored();
        assertEquals(404, Api.delete("/v1/me/sessions/" + id, owner.token()).status());
        assertEquals(before, Rows.stored());
        assertFalse(Api.get("/v1/me/sessions", owner.token()).lists(id));
    }

    @Test
    void expiredSessionsAndThoseThatEndedWithAllAreNotListed() {
        Session person = actors.member();
        person.again();
        Api.send("POST", "/v1/me/sign-out-everywhere", person.token(), null).require(204);
        assertEquals(1, sessions(person.again().token()).size());
        clock.advance(Duration.ofHours(13));
        assertEquals(1, sessions(person.again().token()).size());
    }

    @Test
    void theListIsReadPageByPage() {
        Session owner = actors.owner();
        owner.again();
        owner.again();
        Reply first = Api.get("/v1/me/sessions?limit=2", owner.token()).require(200);
        Reply second = Api.get("/v1/me/sessions?limit=2&cursor=" + first.field("next"), owner.token())
                .require(200);
        assertEquals(2, first.json().path("items").size());
        assertEquals(1, second.json().path("items").size());
    }

    private static List<JsonNode> sessions(String token) {
        List<JsonNode> sessions = new ArrayList<>();
        Api.get("/v1/me/sessions", token).require(200).items().forEach(sessions::add);
        return sessions;
    }
}
