package ai.celune.workspace;

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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A person has several workspaces and acts in one at a time. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class WorkspacesTest {
    private final Actors actors = new Actors();

    @Test
    void anotherWorkspaceCostsAnAccessCode() {
        Session owner = actors.owner();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post(
                "/v1/workspaces", owner.token(), Map.of("name", "Second", "accessCode", "WRONG-WRONG-WRONG-WRONG"));
        assertEquals("access_code_invalid", refused.require(422).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void parallelUsesOfACodeMakeOneWorkspace() {
        Session owner = actors.owner();
        String code = Actors.accessCode();
        List<Reply> replies = Api.atOnce(
                4, () -> Api.post("/v1/workspaces", owner.token(), Map.of("name", "Second", "accessCode", code)));
        assertEquals(
                List.of(201, 422, 422, 422),
                replies.stream().map(Reply::status).sorted().toList());
    }

    @Test
    void selectingEndsTheOldSessionAndWorksInTheOther() {
        Session owner = actors.owner().again();
        String second = second(owner);
        Reply tokens = select(owner, second).require(200);
        assertEquals(second, tokens.field("workspaceId"));
        assertEquals(401, Api.get("/v1/me", owner.token()).status());
        Reply me = Api.get("/v1/me", tokens.field("accessToken")).require(200);
        assertEquals(second, me.field("workspaceId"));
        assertEquals("owner", me.field("role"));
    }

    @Test
    void nothingOfOneWorkspaceIsSeenInTheOtherOfTheSamePerson() {
        Session owner = actors.owner().again();
        String account = Api.post("/v1/service-accounts", owner.token(), Map.of("name", "robot", "role", "member"))
                .field("id");
        String there = select(owner, second(owner)).field("accessToken");
        assertEquals(404, Api.get("/v1/service-accounts/" + account, there).status());
        assertTrue(Api.get("/v1/service-accounts", there).json().path("items").isEmpty());
        assertTrue(Api.get("/v1/api-keys", there).json().path("items").isEmpty());
    }

    @Test
    void theListShowsAllOfThePersonsWorkspaces() {
        Session owner = actors.owner();
        actors.stranger();
        String second = second(owner);
        Reply page = Api.get("/v1/workspaces", owner.token()).require(200);
        assertEquals(2, page.json().path("items").size(), page.toString());
        assertTrue(page.lists(owner.workspaceId()) && page.lists(UUID.fromString(second)), page.toString());
    }

    @Test
    void apiKeysNeitherListNorSelectNorCreateWorkspaces() {
        String key = actors.key("workspace:own").token();
        String code = Actors.accessCode();
        Map<String, String> before = Rows.stored();
        for (Reply refused : List.of(
                Api.get("/v1/workspaces", key),
                Api.post("/v1/workspaces", key, Map.of("name", "Second", "accessCode", code)),
                Api.send("POST", "/v1/workspaces/" + actors.owner().workspaceId() + "/select", key, null))) {
            assertEquals("session_required", refused.require(403).code());
        }
        assertEquals(before, Rows.stored());
    }

    private static String second(Session owner) {
        return Api.post("/v1/workspaces", owner.token(), Map.of("name", "Second", "accessCode", Actors.accessCode()))
                .require(201)
                .field("id");
    }

    private static Reply select(Session owner, String workspace) {
        return Api.send("POST", "/v1/workspaces/" + workspace + "/select", owner.token(), null);
    }
}
