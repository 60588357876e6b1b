package ai.celune.workspace;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Nobody hands out or takes what they do not hold, and a workspace keeps an owner (R23, case 47). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class MembersTest {
    private final Actors actors = new Actors();

    @Test
    void eachRoleGrantsExactlyTheRolesWhoseRightsItHolds() {
        for (String caller : RoleMatrix.roles()) {
            for (String granted : RoleMatrix.roles()) {
                boolean held = RoleMatrix.permissions(caller).containsAll(RoleMatrix.permissions(granted));
                boolean may = RoleMatrix.permissions(caller).contains(WorkspacePermissions.MEMBERS_WRITE);
                String token = actors.member(caller).token();
                Map<String, String> before = Rows.stored();
                Reply reply = Api.post("/v1/invitations", token, Map.of("email", Actors.newEmail(), "role", granted));
                assertEquals(may && held ? 201 : 403, reply.status(), caller + " invites " + granted + ": " + reply);
                if (reply.status() == 403) {
                    assertEquals(may ? "role_not_held" : "permission_denied", reply.code());
                    assertEquals(before, Rows.stored());
                }
            }
        }
    }

    @Test
    void anAdminCannotTouchAnOwner() {
        Session second = Actors.join(actors.owner(), "owner");
        String admin = actors.admin().token();
        assertRefused(
                "role_not_held", () -> Api.patch("/v1/members/" + second.userId(), admin, Map.of("role", "member")));
        assertRefused("role_not_held", () -> Api.delete("/v1/members/" + second.userId(), admin));
    }

    @Test
    void anAdminCannotMakeAnOwnerOfAnybody() {
        String admin = actors.admin().token();
        for (Session target : List.of(actors.admin(), actors.member())) {
            assertRefused(
                    "role_not_held", () -> Api.patch("/v1/members/" + target.userId(), admin, Map.of("role", "owner")));
        }
        assertRefused(
                "role_not_held",
                () -> Api.post("/v1/service-accounts", admin, Map.of("name", "robot", "role", "owner")));
    }

    @Test
    void aKeyGrantsNoRoleWithMoreRightsThanItsScopes() {
        String key = actors.key("members:write", "service-accounts:write").token();
        assertRefused(
                "role_not_held",
                () -> Api.post("/v1/invitations", key, Map.of("email", Actors.newEmail(), "role", "member")));
        assertRefused(
                "role_not_held",
                () -> Api.post("/v1/service-accounts", key, Map.of("name", "robot", "role", "member")));
    }

    @Test
    void theLastOwnerCanNeitherStepDownNorLeave() {
        Session owner = actors.owner();
        actors.admin();
        assertLastOwner(() -> Api.patch("/v1/members/" + owner.userId(), owner.token(), Map.of("role", "admin")));
        assertLastOwner(() -> Api.delete("/v1/members/" + owner.userId(), owner.token()));
    }

    @Test
    void twoOwnersThatDemoteEachOtherAtOnceLeaveOne() {
        Session first = actors.owner();
        Session second = Actors.join(first, "owner");
        List<Reply> replies = Api.atOnce(List.of(
                () -> Api.patch("/v1/members/" + second.userId(), first.token(), Map.of("role", "member")),
                () -> Api.patch("/v1/members/" + first.userId(), second.token(), Map.of("role", "member"))));
        assertOneSucceededAndOneOwnerIsLeft(replies);
    }

    @Test
    void twoOwnersThatLeaveAtOnceLeaveOne() {
        Session first = actors.owner();
        Session second = Actors.join(first, "owner");
        List<Reply> replies = Api.atOnce(List.of(
                () -> Api.delete("/v1/members/" + first.userId(), first.token()),
                () -> Api.delete("/v1/members/" + second.userId(), second.token())));
        assertOneSucceededAndOneOwnerIsLeft(replies);
    }

    @Test
    void aRemovedMemberIsOutWithTheNextCall() {
        Session admin = actors.admin();
        String key = Actors.key(admin, "settings:read").token();
        Api.delete("/v1/members/" + admin.userId(), actors.owner().token()).require(204);
        assertEquals(401, Api.get("/v1/settings", admin.token()).status());
        assertEquals(401, Api.get("/v1/settings", key).status());
        assertEquals(
                401,
                Api.post("/v1/auth/refresh", null, Map.of("refreshToken", admin.refreshToken()))
                        .status());
    }

    @Test
    void whoComesBackFindsOldKeysRevokedAndOldSessionsEnded() {
        Session admin = actors.admin();
        String key = Actors.key(admin, "settings:read").token();
        Api.delete("/v1/members/" + admin.userId(), actors.owner().token()).require(204);
        String code = Api.post(
                        "/v1/invitations", actors.owner().token(), Map.of("email", admin.email(), "role", "admin"))
                .require(201)
                .field("code");
        String elsewhere =
                Actors.signIn(admin.email(), Actors.PASSWORD).require(200).field("accessToken");
        String back = Api.post("/v1/auth/accept-invitation", elsewhere, Map.of("code", code))
                .require(201)
                .field("accessToken");
        assertEquals(200, Api.get("/v1/settings", back).status());
        assertEquals(401, Api.get("/v1/settings", key).status());
        assertEquals(401, Api.get("/v1/settings", admin.token()).status());
        assertEquals(
                401,
                Api.post("/v1/auth/refresh", null, Map.of("refreshToken", admin.refreshToken()))
                        .status());
    }

    @Test
    void removalRevokesEachLiveKeyOfThePersonWithAnEventEach() {
        Session admin = actors.admin();
        Actors.key(admin, "settings:read");
        Actors.key(admin, "settings:read");
        Api.delete("/v1/api-keys/" + Actors.key(admin, "settings:read").id(), admin.token())
                .require(204);
        Rows.LogMark mark = Rows.mark();
        Api.delete("/v1/members/" + admin.userId(), actors.owner().token()).require(204);
        assertEquals(
                List.of("api_key.revoked", "api_key.revoked", "member.removed"),
                mark.added(actors.owner().workspaceId()));
    }

    @Test
    void aDemotedMemberHasTheNewRightsWithTheNextCall() {
        Session admin = actors.admin();
        Api.patch("/v1/members/" + admin.userId(), actors.owner().token(), Map.of("role", "member"))
                .require(200);
        assertEquals(403, Api.get("/v1/settings", admin.token()).status());
        assertEquals("member", Api.get("/v1/me", admin.token()).field("role"));
    }

    @Test
    void removingTwiceIsLikeRemovingOnce() {
        String path = "/v1/members/" + actors.member().userId();
        Api.delete(path, actors.owner().token()).require(204);
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        assertEquals(204, Api.delete(path, actors.owner().token()).status());
        assertEquals(Map.of(), mark.added());
        assertEquals(before, Rows.stored());
    }

    @Test
    void theListShowsTheWorkspacesMembersAndNobodyElse() {
        actors.admin();
        actors.stranger();
        Reply page = Api.get("/v1/members", actors.owner().token()).require(200);
        Map<String, String> roles = new TreeMap<>();
        page.items()
                .forEach(item ->
                        roles.put(item.path("email").asText(), item.path("role").asText()));
        assertEquals(Map.of(actors.owner().email(), "owner", actors.admin().email(), "admin"), roles);
    }

    @Test
    void aRoleIsChangedOnlyAgainstTheVersionThatWasSeen() {
        String path = "/v1/members/" + actors.member().userId();
        String owner = actors.owner().token();
        Reply seen = Api.get(path, owner).require(200);
        assertEquals(actors.member().email(), seen.field("email"));
        String tag = java.util.Objects.requireNonNull(seen.header("ETag"));
        Api.patch(path, owner, Map.of("role", "auditor"), "If-Match", tag).require(200);
        Map<String, String> before = Rows.stored();
        assertEquals(
                412,
                Api.patch(path, owner, Map.of("role", "admin"), "If-Match", tag).status());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aPatchWithoutARoleChangesNothing() {
        String path = "/v1/members/" + actors.member().userId();
        String owner = actors.owner().token();
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        assertEquals("member", Api.patch(path, owner, Map.of()).require(200).field("role"));
        assertEquals(400, Api.patch(path, owner, "{\"role\":null}").status());
        assertEquals(before, Rows.stored());
        assertEquals(Map.of(), mark.added());
    }

    @Test
    void anUnknownRoleIsRefused() {
        Map<String, String> before = stored();
        for (String role : List.of("superuser", "Owner", "", "owner ")) {
            Reply refused = Api.post(
                    "/v1/invitations", actors.owner().token(), Map.of("email", "guest@example.test", "role", role));
            assertEquals(400, refused.status(), refused.toString());
        }
        assertEquals(before, Rows.stored());
    }

    private void assertRefused(String code, Callable<Reply> call) {
        Map<String, String> before = stored();
        assertEquals(code, Api.atOnce(1, call).getFirst().require(403).code());
        assertEquals(before, Rows.stored());
    }

    private void assertLastOwner(Callable<Reply> call) {
        Map<String, String> before = stored();
        assertEquals("last_owner", Api.atOnce(1, call).getFirst().require(409).code());
        assertEquals(before, Rows.stored());
    }

    private void assertOneSucceededAndOneOwnerIsLeft(List<Reply> replies) {
        assertEquals(1, replies.stream().filter(reply -> reply.status() < 300).count(), replies.toString());
        assertEquals(
                "1",
                Rows.one(
                        "select count(*) from membership where workspace_id = ? and role = 'owner'",
                        actors.owner().workspaceId()));
    }

    private Map<String, String> stored() {
        actors.owner();
        return Rows.stored();
    }
}
