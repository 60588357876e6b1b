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
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Roles that a workspace defines: exactly what they name, at once, and never more than their maker holds (R23). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RolesTest {
    private final Actors actors = new Actors();

    @Test
    void aMemberMayWhatTheRoleNamesAndNothingElse() {
        Session holder = holder("settings:read", "members:read");
        assertEquals(List.of("members:read", "settings:read"), permissions(holder.token()));
        assertEquals(200, Api.get("/v1/settings", holder.token()).status());
        assertEquals(403, Api.get("/v1/roles", holder.token()).status());
    }

    @Test
    void aChangeCountsWithTheNextRequestOfSessionsAndKeys() {
        UUID role = actorsRole("settings:read", "api-keys:write", "roles:read");
        Session holder = Actors.join(actors.owner(), name(role));
        String key = Actors.key(holder, "settings:read").token();
        assertEquals(200, Api.get("/v1/settings", key).status());
        change(role, "api-keys:write").require(200);
        assertEquals(403, Api.get("/v1/settings", holder.token()).status());
        assertEquals(403, Api.get("/v1/settings", key).status());
        change(role, "settings:read").require(200);
        assertEquals(200, Api.get("/v1/settings", holder.token()).status());
        assertEquals(200, Api.get("/v1/settings", key).status());
    }

    @Test
    void aServiceAccountHasTheRoleToo() {
        UUID role = actorsRole("settings:read");
        UUID account = Api.post("/v1/service-accounts", owner(), Map.of("name", "job", "role", name(role)))
                .require(201)
                .id();
        Map<String, Object> wanted =
                Map.of("name", "job", "scopes", List.of("settings:read", "audit:read"), "serviceAccountId", account);
        String key = Actors.Key.of(Api.post("/v1/api-keys", owner(), wanted)).token();
        assertEquals(List.of("settings:read"), permissions(key));
        assertRefused(409, "role_in_use", () -> Api.delete("/v1/roles/" + role, owner()));
        Api.delete("/v1/service-accounts/" + account, owner()).require(204);
        assertEquals(204, Api.delete("/v1/roles/" + role, owner()).status());
    }

    @Test
    void nobodyDefinesWhatTheyDoNotHold() {
        Session definer = holder("roles:read", "roles:write", "settings:read", "members:write", "members:read");
        assertRefused(403, "role_not_held", () -> define(definer.token(), "audit:read"));
        UUID stronger = actorsRole("audit:read");
        assertRefused(
                403,
                "role_not_held",
                () -> Api.patch(
                        "/v1/roles/" + stronger, definer.token(), Map.of("permissions", List.of("settings:read"))));
        assertRefused(403, "role_not_held", () -> Api.delete("/v1/roles/" + stronger, definer.token()));
        assertRefused(
                403,
                "role_not_held",
                () -> Api.patch("/v1/members/" + definer.userId(), definer.token(), Map.of("role", name(stronger))));
        UUID own = define(definer.token(), "settings:read").require(201).id();
        assertRefused(
                403,
                "role_not_held",
                () -> Api.patch(
                        "/v1/roles/" + own,
                        definer.token(),
                        Map.of("permissions", List.of("settings:read", "settings:admin"))));
    }

    @Test
    void noRoleOwnsTheWorkspaceOrHoldsWhatDoesNotExist() {
        for (String permission : List.of("workspace:own", "platform:operate", "settings:*", "Settings:read", "")) {
            assertRefused(400, "invalid_request", () -> define(owner(), permission));
        }
    }

    @Test
    void aNameIsTakenOnce() {
        String taken = name(actorsRole("settings:read"));
        for (String name : List.of(taken, "owner", "admin")) {
            assertRefused(
                    409,
                    "conflict",
                    () -> Api.post(
                            "/v1/roles", owner(), Map.of("name", name, "permissions", List.of("settings:read"))));
        }
        Api.post("/v1/roles", actors.stranger().token(), Map.of("name", taken, "permissions", List.of("audit:read")))
                .require(201);
        assertEquals(
                List.of("settings:read"),
                permissions(Actors.join(actors.owner(), taken).token()));
    }

    @Test
    void anotherWorkspacesRoleCannotBeGiven() {
        String foreign = Actors.role(actors.stranger(), "audit:read").field("name");
        for (Map<String, String> body : List.of(Map.of("role", foreign), Map.of("role", "no-such-role"))) {
            assertRefused(
                    400,
                    "invalid_request",
                    () -> Api.patch("/v1/members/" + actors.member().userId(), owner(), body));
        }
    }

    @Test
    void aRoleThatSomebodyHasOrIsInvitedToStays() {
        UUID held = actorsRole("settings:read");
        Session holder = Actors.join(actors.owner(), name(held));
        assertRefused(409, "role_in_use", () -> Api.delete("/v1/roles/" + held, owner()));
        Api.delete("/v1/members/" + holder.userId(), owner()).require(204);
        Api.post("/v1/invitations", owner(), Map.of("email", Actors.newEmail(), "role", name(held)))
                .require(201);
        assertRefused(409, "role_in_use", () -> Api.delete("/v1/roles/" + held, owner()));
        UUID free = actorsRole("settings:read");
        assertEquals(204, Api.delete("/v1/roles/" + free, owner()).status());
        assertEquals(204, Api.delete("/v1/roles/" + free, owner()).status());
        assertEquals(404, Api.get("/v1/roles/" + free, owner()).status());
    }

    @Test
    void builtInRolesAreListedAndNeverChange() {
        List<String> names = StreamSupport.stream(
                        Api.get("/v1/roles", owner()).items().spliterator(), false)
                .map(role -> role.path("name").asText())
                .toList();
        assertEquals(List.of("owner", "admin", "member", "auditor"), names.subList(0, 4));
        String member = "/v1/roles/" + new UUID(0, 3);
        assertEquals("member", Api.get(member, owner()).require(200).field("name"));
        assertRefused(
                403,
                "role_built_in",
                () -> Api.patch(member, owner(), Map.of("permissions", List.of("settings:read"))));
        assertRefused(403, "role_built_in", () -> Api.delete(member, owner()));
    }

    @Test
    void theListIsReadPageByPage() {
        String own = "";
        for (int i = 0; i < 5; i++) {
            own += name(actorsRole("settings:read")) + " ";
        }
        StringBuilder names = new StringBuilder();
        String cursor = "";
        do {
            Reply page = Api.get("/v1/roles?limit=2" + cursor, owner()).require(200);
            page.items()
                    .forEach(role -> names.append(role.path("name").asText()).append(' '));
            cursor = page.json().path("next").isNull() ? "" : "&cursor=" + page.field("next");
        } while (!cursor.isEmpty());
        assertEquals("owner admin member auditor " + own, names.toString());
    }

    @Test
    void aRoleThatIsGivenAndDeletedAtOnceIsOneOrTheOther() {
        for (int round = 0; round < 10; round++) {
            UUID role = actorsRole("settings:read");
            String name = name(role);
            UUID member = Actors.join(actors.owner(), "member").userId();
            List<Reply> replies = Api.atOnce(List.of(
                    () -> Api.patch("/v1/members/" + member, owner(), Map.of("role", name)),
                    () -> Api.delete("/v1/roles/" + role, owner())));
            List<Integer> statuses = replies.stream().map(Reply::status).toList();
            assertTrue(List.of(List.of(200, 409), List.of(400, 204)).contains(statuses), replies.toString());
        }
    }

    @Test
    void ownershipIsHandedOverInOneStep() {
        UUID heir = actors.admin().userId();
        UUID formerOwner = actors.owner().userId();
        String key = actors.key("workspace:own").token();
        String path = "/v1/members/" + heir + "/transfer-ownership";
        assertRefused(
                403,
                "permission_denied",
                () -> Api.send("POST", path, actors.admin().token(), null));
        assertRefused(403, "session_required", () -> Api.send("POST", path, key, null));
        String[] once = {"Idempotency-Key", "one-owner-for-another"};
        assertEquals(
                "owner",
                Api.send("POST", path, owner(), null, once).require(200).field("role"));
        assertEquals("admin", role(formerOwner));
        assertEquals("owner", role(heir));
        assertEquals(403, Api.send("POST", path, owner(), null).status());
        assertRefused(
                409,
                "conflict",
                () -> Api.send(
                        "POST",
                        "/v1/members/" + heir + "/transfer-ownership",
                        actors.admin().token(),
                        null));
    }

    @Test
    void keysOfWhoeverLeavesGoOnForAServiceAccount() {
        Session leaver = actors.admin();
        Actors.Key live = Actors.key(leaver, "settings:read", "members:read");
        Actors.Key revoked = Actors.key(leaver, "settings:read");
        Api.delete("/v1/api-keys/" + revoked.id(), leaver.token()).require(204);
        assertTrue(Api.get("/v1/api-keys?principal=" + leaver.userId(), owner()).lists(live.id()));
        UUID heir = serviceAccount("auditor");
        Api.delete("/v1/members/" + leaver.userId() + "?handOverTo=" + heir, owner())
                .require(204);
        assertEquals(List.of("members:read", "settings:read"), permissions(live.token()));
        assertEquals(
                heir.toString(),
                Api.get("/v1/me", live.token()).json().at("/principal/id").asText());
        assertEquals(401, Api.get("/v1/settings", leaver.token()).status());
        assertEquals(401, Api.get("/v1/settings", revoked.token()).status());
        assertEquals(
                leaver.userId() + " " + heir,
                Rows.one(
                        "select (convert_from(bytes, 'UTF8')::jsonb -> 'details' ->> 'from') || ' ' ||"
                                + " (convert_from(bytes, 'UTF8')::jsonb -> 'details' ->> 'to') from audit_event"
                                + " where action = 'api_key.handed_over' and target_id = ?",
                        live.id().toString()));
    }

    @Test
    void keysAreHandedOverToNobodyWhoIsNotThereOrStronger() {
        Session leaver = actors.member();
        UUID owning = serviceAccount("owner");
        UUID gone = serviceAccount("member");
        Api.delete("/v1/service-accounts/" + gone, owner()).require(204);
        UUID foreign = Api.post(
                        "/v1/service-accounts", actors.stranger().token(), Map.of("name", "x", "role", "member"))
                .id();
        String path = "/v1/members/" + leaver.userId() + "?handOverTo=";
        String admin = actors.admin().token();
        assertRefused(403, "role_not_held", () -> Api.delete(path + owning, admin));
        for (UUID nobody : List.of(gone, foreign, UUID.randomUUID())) {
            assertRefused(404, "not_found", () -> Api.delete(path + nobody, owner()));
        }
        Session remover = holder(
                "members:write",
                "members:read",
                "provider-keys:read",
                "provider-keys:use",
                "api-keys:read",
                "api-keys:write");
        UUID weak = serviceAccount("member");
        assertRefused(403, "permission_denied", () -> Api.delete(path + weak, remover.token()));
    }

    private UUID serviceAccount(String role) {
        return Api.post("/v1/service-accounts", owner(), Map.of("name", "job", "role", role))
                .require(201)
                .id();
    }

    private String role(UUID member) {
        return Rows.one("select role from membership where user_id = ?", member);
    }

    private Session holder(String... permissions) {
        return Actors.join(actors.owner(), name(actorsRole(permissions)));
    }

    private UUID actorsRole(String... permissions) {
        return Actors.role(actors.owner(), permissions).id();
    }

    private String name(UUID role) {
        return Api.get("/v1/roles/" + role, owner()).require(200).field("name");
    }

    private Reply change(UUID role, String... permissions) {
        return Api.patch("/v1/roles/" + role, owner(), Map.of("permissions", List.of(permissions)));
    }

    private static Reply define(String token, String... permissions) {
        return Api.post("/v1/roles", token, Map.of("name", "defined-here", "permissions", List.of(permissions)));
    }

    private static List<String> permissions(String token) {
        return StreamSupport.stream(
                        Api.get("/v1/me", token)
                                .require(200)
                                .json()
                                .path("permissions")
                                .spliterator(),
                        false)
                .map(permission -> permission.asText())
                .sorted()
                .toList();
    }

    private String owner() {
        return actors.owner().token();
    }

    private void assertRefused(int status, String code, Callable<Reply> call) {
        actors.owner();
        actors.member();
        actors.admin();
        actors.stranger();
        Map<String, String> before = Rows.stored();
        Reply refused = Api.atOnce(1, call).getFirst();
        assertEquals(status, refused.status(), refused.toString());
        assertEquals(code, refused.code());
        assertEquals(before, Rows.stored());
    }
}
