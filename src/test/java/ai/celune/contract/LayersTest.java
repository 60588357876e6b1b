package ai.celune.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.identity.Layers;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stops a stranger when nobody checks signatures, or memberships (R20). Permissions: WithoutPermissionsTest. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(Layers.class)
class LayersTest {
    private final Actors actors = new Actors();

    @AfterEach
    void on() {
        Layers.allOn();
    }

    @Test
    void aTokenThatNobodySignedReachesNoForeignWorkspace() {
        Session stranger = actors.stranger();
        String session = Rows.one(
                "select id from session where user_id = ? order by created_at desc limit 1", stranger.userId());
        String own = unsigned(session);
        String members = "/v1/members/" + actors.owner().userId();
        assertEquals(401, Api.get(members, own).status());
        Layers.off(Layers.Layer.AUTHENTICATION);
        Reply known = Api.get("/v1/me", own).require(200);
        assertEquals(stranger.workspaceId().toString(), known.field("workspaceId"));
        assertEquals(404, Api.get(members, own).status());
        assertEquals(
                401, Api.get(members, unsigned(UUID.randomUUID().toString())).status());
    }

    /** Claims everything for the first workspace; only the session is the stranger's own. */
    private String unsigned(String session) {
        return part("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "."
                + part("{\"sid\":\"%s\",\"sub\":\"%s\",\"workspace\":\"%s\",\"workspaceId\":\"%s\",\"role\":\"owner\"}"
                        .formatted(
                                session,
                                actors.owner().userId(),
                                actors.owner().workspaceId(),
                                actors.owner().workspaceId()))
                + ".";
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
    }

    @Test
    void whoIsNoMemberAnyMoreHasNoPermission() {
        Session removed = actors.admin();
        Api.delete("/v1/members/" + removed.userId(), actors.owner().token()).require(204);
        assertEquals(401, Api.get("/v1/members", removed.token()).status());
        Layers.off(Layers.Layer.MEMBERSHIP);
        Map<String, String> before = Rows.stored();
        List<String> let = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            if (operation.permission().contains(":")) {
                int status = IsolationCases.call(operation, operation.filledAtRandom(), removed)
                        .status();
                if (status != 403) {
                    let.add(operation.name() + " " + status);
                }
            }
        }
        assertEquals(List.of(), let);
        assertEquals(before, Rows.stored());
    }
}
