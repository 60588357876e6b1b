package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.MailedCode;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Every change is in the log, once, where it belongs; what did not happen is not (R29, R33). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AuditCoverageTest {
    private static final UUID OPERATORS = new UUID(0, 0);

    private final Actors actors = new Actors();
    private final Map<String, Supplier<Step>> scripts = new HashMap<>();
    private final Map<String, Supplier<Step>> looks = new HashMap<>();

    /** One successful call and what it adds to which log. */
    private record Step(Supplier<Reply> call, Function<Reply, Map<UUID, List<String>>> expected) {}

    AuditCoverageTest() {
        looks();
        scripts.put("ApiKeyResource_create", () -> adds(() -> createApiKey(), "api_key.created"));
        scripts.put("ApiKeyResource_change", () -> {
            UUID key = actors.key("settings:read").id();
            Map<String, Object> change = Map.of("name", "other", "allowedAddresses", List.of("127.0.0.0/8"));
            return adds(
                    () -> Api.patch("/v1/api-keys/" + key, owner(), change),
                    "api_key.addresses_changed",
                    "api_key.renamed");
        });
        scripts.put("ApiKeyResource_rotate", () -> {
            UUID key = actors.key("settings:read").id();
            return adds(
                    () -> Api.post("/v1/api-keys/" + key + "/rotate", owner(), Map.of()),
                    "api_key.created",
                    "api_key.revoked",
                    "api_key.rotated");
        });
        scripts.put("ApiKeyResource_verify", () -> {
            String key = actors.key("settings:read").token();
            return new Step(() -> Api.post("/v1/api-keys/verify", owner(), Map.of("key", key)), reply -> Map.of());
        });
        scripts.put("ApiKeyResource_revoke", () -> {
            UUID key = actors.key("settings:read").id();
            return adds(() -> Api.delete("/v1/api-keys/" + key, owner()), "api_key.revoked");
        });
        scripts.put("AuthResource_signUp", () -> {
            String code = Actors.accessCode();
            return new Step(
                    () -> Api.post("/v1/auth/sign-up", null, signUp(code)),
                    reply -> Map.of(
                            UUID.fromString(reply.field("workspaceId")),
                            List.of("session.created", "user.signed_up", "workspace.created"),
                            OPERATORS,
                            List.of("access_code.used")));
        });
        scripts.put("AuthResource_signIn", () -> {
            String email = actors.member().email();
            return adds(() -> Actors.signIn(email, Actors.PASSWORD), "session.created");
        });
        scripts.put("AuthResource_refresh", () -> {
            String token = actors.member().again().refreshToken();
            return adds(() -> Api.post("/v1/auth/refresh", null, Map.of("refreshToken", token)), "session.refreshed");
        });
        scripts.put("AuthResource_signOut", () -> {
            Session session = actors.member().again();
            return adds(() -> Api.send("POST", "/v1/auth/sign-out", session.token(), null), "session.ended");
        });
        scripts.put("AuthResource_acceptInvitation", () -> {
            String email = Actors.newEmail();
            String code = Api.post("/v1/invitations", owner(), Map.of("email", email, "role", "member"))
                    .field("code");
            return adds(
                    () -> Api.post(
                            "/v1/auth/accept-invitation",
                            null,
                            Map.of("code", code, "email", email, "password", Actors.PASSWORD)),
                    "member.joined",
                    "session.created",
                    "user.signed_up");
        });
        scripts.put("AuthResource_resetPassword", () -> {
            Session person = Actors.join(actors.owner(), "member");
            String code = Api.post(
                            "/v1/platform/users/" + person.userId() + "/reset-code",
                            Actors.operator().token(),
                            Map.of())
                    .field("code");
            return addsForOperators(
                    () -> Api.post(
                            "/v1/auth/reset-password",
                            null,
                            Map.of("email", person.email(), "code", code, "password", "another good password")),
                    "session.ended",
                    "user.password_reset");
        });
        scripts.put("AuthResource_requestCode", () -> {
            String email = actors.member().email();
            return new Step(
                    () -> {
                        Reply asked = Api.post("/v1/auth/request-code", null, Map.of("email", email));
                        MailedCode.await(email);
                        return asked;
                    },
                    reply -> Map.of(OPERATORS, List.of("user.password_reset")));
        });
        scripts.put("AuthResource_verifyEmail", () -> {
            Session person = Actors.join(actors.owner(), "member");
            String code = MailedCode.to(person.email());
            return addsForOperators(
                    () -> Api.post("/v1/auth/verify-email", null, Map.of("email", person.email(), "code", code)),
                    "user.email_verified");
        });
        scripts.put("AuthResource_reauthenticate", () -> {
            String person = actors.member().token();
            return adds(
                    () -> Api.post("/v1/auth/reauthenticate", person, Map.of("password", Actors.PASSWORD)),
                    "session.reauthenticated");
        });
        scripts.put("SessionResource_end", () -> {
            UUID other = Actors.sessionId(actors.owner().again());
            return adds(() -> Api.delete("/v1/me/sessions/" + other, owner()), "session.ended");
        });
        scripts.put("MeResource_changePassword", () -> {
            Session person = Actors.join(actors.owner(), "member");
            return adds(
                    () -> Api.post(
                            "/v1/me/password",
                            person.token(),
                            Map.of("currentPassword", Actors.PASSWORD, "newPassword", "another good password")),
                    "session.ended",
                    "user.password_changed");
        });
        scripts.put("MeResource_signOutEverywhere", () -> {
            Session person = Actors.join(actors.owner(), "member");
            return adds(() -> Api.send("POST", "/v1/me/sign-out-everywhere", person.token(), null), "session.ended");
        });
        scripts.put(
                "InvitationResource_invite",
                () -> adds(
                        () -> Api.post(
                                "/v1/invitations", owner(), Map.of("email", Actors.newEmail(), "role", "member")),
                        "member.invited"));
        scripts.put("MemberResource_changeRole", () -> {
            UUID person = Actors.join(actors.owner(), "member").userId();
            return adds(
                    () -> Api.patch("/v1/members/" + person, owner(), Map.of("role", "auditor")),
                    "member.role_changed");
        });
        scripts.put("MemberResource_remove", () -> {
            UUID person = Actors.join(actors.owner(), "member").userId();
            return adds(() -> Api.delete("/v1/members/" + person, owner()), "member.removed");
        });
        scripts.put("MemberResource_transferOwnership", () -> {
            Session owner = Actors.newWorkspace();
            UUID heir = Actors.join(owner, "member").userId();
            return new Step(
                    () -> Api.send("POST", "/v1/members/" + heir + "/transfer-ownership", owner.token(), null),
                    reply -> Map.of(
                            owner.workspaceId(),
                            List.of("member.role_changed", "member.role_changed", "workspace.ownership_transferred")));
        });
        scripts.put("RoleResource_create", () -> adds(this::createRole, "role.created"));
        scripts.put("RoleResource_change", () -> {
            UUID role = createRole().id();
            return adds(
                    () -> Api.patch("/v1/roles/" + role, owner(), Map.of("permissions", List.of("audit:read"))),
                    "role.changed");
        });
        scripts.put("RoleResource_delete", () -> {
            UUID role = createRole().id();
            return adds(() -> Api.delete("/v1/roles/" + role, owner()), "role.deleted");
        });
        scripts.put(
                "PlatformResource_issue",
                () -> addsForOperators(
                        () -> Api.post(
                                "/v1/platform/access-codes", Actors.operator().token(), Map.of()),
                        "access_code.issued"));
        scripts.put("PlatformResource_revoke", () -> {
            String operator = Actors.operator().token();
            UUID code =
                    Api.post("/v1/platform/access-codes", operator, Map.of()).id();
            return addsForOperators(
                    () -> Api.delete("/v1/platform/access-codes/" + code, operator), "access_code.revoked");
        });
        scripts.put("PlatformResource_resetCode", () -> {
            String path = "/v1/platform/users/" + actors.member().userId() + "/reset-code";
            return addsForOperators(() -> Api.post(path, Actors.operator().token(), Map.of()), "user.password_reset");
        });
        scripts.put("PlatformResource_link", () -> {
            String path = "/v1/platform/users/" + actors.member().userId() + "/identity";
            Map<String, Object> identity = Map.of(
                    "issuer",
                    "https://id.example.test",
                    "subject",
                    UUID.randomUUID().toString());
            return addsForOperators(() -> Api.put(path, Actors.operator().token(), identity), "user.identity_linked");
        });
        scripts.put("ProviderKeyResource_create", () -> adds(() -> createProviderKey(), "provider_key.created"));
        scripts.put("ProviderKeyResource_replaceValue", () -> {
            UUID key = createProviderKey().id();
            return adds(
                    () -> Api.put("/v1/provider-keys/" + key + "/value", owner(), Map.of("key", "sk-audit-replaced")),
                    "provider_key.value_replaced");
        });
        scripts.put("ProviderKeyResource_attest", () -> {
            UUID key = createProviderKey().id();
            return adds(
                    () -> Api.put("/v1/provider-keys/" + key + "/attestation", owner(), policy()),
                    "provider_key.attested");
        });
        scripts.put("ProviderKeyResource_follow", () -> {
            UUID key = createProviderKey().id();
            return adds(
                    () -> Api.put("/v1/provider-keys/" + key + "/rules", owner(), Map.of("priority", 1)),
                    "provider_key.rules_set");
        });
        scripts.put(
                "PlatformProviderResource_approve",
                () -> addsForOperators(
                        () -> Api.put(
                                "/v1/platform/providers/groq/approval",
                                Actors.operator().token(),
                                Map.of("until", "2099-12-31T00:00:00Z")),
                        "provider.approved"));
        scripts.put("PlatformProviderResource_record", () -> {
            Map<String, Object> record = new HashMap<>(policy());
            record.put("evidence", "their terms");
            return addsForOperators(
                    () -> Api.put(
                            "/v1/platform/providers/groq/policy",
                            Actors.operator().token(),
                            record),
                    "provider.policy_recorded");
        });
        scripts.put("ProviderKeyResource_delete", () -> {
            UUID key = createProviderKey().id();
            return adds(() -> Api.delete("/v1/provider-keys/" + key, owner()), "provider_key.deleted");
        });
        scripts.put("SlackConnectionResource_create", () -> adds(this::createWebhook, "slack_connection.created"));
        scripts.put("SlackConnectionResource_replaceValue", () -> {
            UUID webhook = createWebhook().id();
            return adds(
                    () -> Api.put(
                            "/v1/slack-connections/" + webhook + "/value",
                            owner(),
                            Map.of("key", SlackStandIn.webhookUrl())),
                    "slack_connection.value_replaced");
        });
        scripts.put("SlackConnectionResource_delete", () -> {
            UUID webhook = createWebhook().id();
            return adds(() -> Api.delete("/v1/slack-connections/" + webhook, owner()), "slack_connection.deleted");
        });
        scripts.put(
                "ServiceAccountResource_create", () -> adds(() -> createServiceAccount(), "service_account.created"));
        scripts.put("ServiceAccountResource_remove", () -> {
            UUID account = createServiceAccount().id();
            return adds(() -> Api.delete("/v1/service-accounts/" + account, owner()), "service_account.removed");
        });
        scripts.put(
                "EncryptionKeyResource_rotate",
                () -> adds(
                        () -> Api.send("POST", "/v1/encryption-key/rotate", owner(), null),
                        "encryption_key.rewrap_started",
                        "encryption_key.rotated"));
        scripts.put("PlatformKeyringMoveResource_begin", () -> {
            Rows.update("delete from keyring_move_find");
            Rows.update("delete from keyring_move");
            return addsForOperators(
                    () -> Api.post(
                            "/v1/platform/keyring-move", Actors.operator().token(), Map.of("dryRun", true)),
                    "keyring_move.started");
        });
        scripts.put(
                "SettingsResource_change",
                () -> adds(
                        () -> Api.patch("/v1/settings", owner(), Map.of("name", "Renamed " + UUID.randomUUID())),
                        "settings.changed"));
        scripts.put("WorkspaceResource_create", () -> {
            String code = Actors.accessCode();
            return new Step(
                    () -> Api.post("/v1/workspaces", owner(), Map.of("name", "Second", "accessCode", code)),
                    reply -> Map.of(reply.id(), List.of("workspace.created"), OPERATORS, List.of("access_code.used")));
        });
        scripts.put("WorkspaceResource_delete", () -> {
            Session owner = Actors.newWorkspace();
            return new Step(
                    () -> Api.delete("/v1/workspaces/" + owner.workspaceId(), owner.token()),
                    reply -> Map.of(owner.workspaceId(), List.of("workspace.deletion_requested")));
        });
        scripts.put("WorkspaceResource_restore", () -> {
            Session owner = Actors.newWorkspace();
            Api.delete("/v1/workspaces/" + owner.workspaceId(), owner.token()).require(202);
            return new Step(
                    () -> Api.send("POST", "/v1/workspaces/" + owner.workspaceId() + "/restore", owner.token(), null),
                    reply -> Map.of(owner.workspaceId(), List.of("workspace.restored")));
        });
        scripts.put("WorkspaceResource_select", () -> {
            Session session = actors.owner().again();
            UUID second = Api.post(
                            "/v1/workspaces",
                            session.token(),
                            Map.of("name", "Second", "accessCode", Actors.accessCode()))
                    .id();
            return new Step(
                    () -> Api.send("POST", "/v1/workspaces/" + second + "/select", session.token(), null),
                    reply -> Map.of(
                            session.workspaceId(),
                            List.of("session.ended"),
                            second,
                            List.of("session.created", "workspace.selected")));
        });
    }

    private void looks() {
        looks.put("JwksResource_keys", () -> shows("/.well-known/jwks.json"));
        looks.put("MeResource_show", () -> shows("/v1/me"));
        looks.put("WorkspaceResource_list", () -> shows("/v1/workspaces"));
        looks.put("EncryptionKeyResource_show", () -> shows("/v1/encryption-key"));
        looks.put("SettingsResource_show", () -> shows("/v1/settings"));
        looks.put("ApiKeyResource_list", () -> shows("/v1/api-keys"));
        looks.put(
                "ApiKeyResource_get",
                () -> shows("/v1/api-keys/" + actors.key("settings:read").id()));
        looks.put("ServiceAccountResource_list", () -> shows("/v1/service-accounts"));
        looks.put(
                "ServiceAccountResource_get",
                () -> shows("/v1/service-accounts/" + createServiceAccount().id()));
        looks.put("SessionResource_list", () -> shows("/v1/me/sessions"));
        looks.put("RoleResource_permissions", () -> shows("/v1/permissions"));
        looks.put("RoleResource_list", () -> shows("/v1/roles"));
        looks.put("RoleResource_get", () -> shows("/v1/roles/" + createRole().id()));
        looks.put("MemberResource_list", () -> shows("/v1/members", "data.read"));
        looks.put(
                "MemberResource_get",
                () -> shows("/v1/members/" + actors.member().userId(), "data.read"));
        looks.put("SlackConnectionResource_list", () -> shows("/v1/slack-connections", "data.read"));
        looks.put(
                "SlackConnectionResource_get",
                () -> shows("/v1/slack-connections/" + createWebhook().id(), "data.read"));
        looks.put("ProviderKeyResource_list", () -> shows("/v1/provider-keys", "data.read"));
        looks.put(
                "ProviderKeyResource_get",
                () -> shows("/v1/provider-keys/" + createProviderKey().id(), "data.read"));
        looks.put(
                "ProviderKeyResource_rules",
                () -> shows("/v1/provider-keys/" + createProviderKey().id() + "/rules"));
        looks.put("ProviderResource_list", () -> shows("/v1/providers"));
        looks.put(
                "PlatformShredResource_list",
                () -> new Step(
                        () -> Api.get("/v1/platform/shreds", Actors.operator().token()), reply -> Map.of()));
        looks.put(
                "PlatformKeyringMoveResource_show",
                () -> new Step(
                        () -> Api.get(
                                "/v1/platform/keyring-move", Actors.operator().token()),
                        reply -> Map.of()));
        looks.put(
                "PlatformProviderResource_list",
                () -> new Step(
                        () -> Api.get(
                                "/v1/platform/providers", Actors.operator().token()),
                        reply -> Map.of()));
        looks.put("UsageResource_sum", () -> shows("/v1/analytics/usage"));
        looks.put("AuditResource_list", () -> shows("/v1/audit/events", "audit.read"));
        looks.put("AuditResource_get", () -> shows("/v1/audit/events/" + anyEvent(), "audit.read"));
        looks.put(
                "PlatformResource_list",
                () -> new Step(
                        () -> Api.get(
                                "/v1/platform/access-codes", Actors.operator().token()),
                        reply -> Map.of()));
        looks.put(
                "OperatorLogResource_list",
                () -> addsForOperators(
                        () -> Api.get(
                                "/v1/platform/audit/events", Actors.operator().token()),
                        "audit.read"));
    }

    private static Map<String, Object> policy() {
        return Map.of("trains", false, "retentionDays", 0, "region", "EU", "until", "2099-12-31T00:00:00Z");
    }

    private Step shows(String path, String... actions) {
        return actions.length == 0
                ? new Step(() -> Api.get(path, owner()), reply -> Map.of())
                : adds(() -> Api.get(path, owner()), actions);
    }

    private String anyEvent() {
        return Api.get("/v1/audit/events", owner())
                .items()
                .iterator()
                .next()
                .path("id")
                .asText();
    }

    @Test
    void everyLookAddsExactlyItsEvents() {
        assertAdds(looks);
    }

    @Test
    void everyReadingOperationHasALook() {
        Set<String> missing = new TreeSet<>();
        for (Operation operation : Operations.all()) {
            if (!operation.changes()
                    && !operation.isBroker()
                    && !operation.isOidc()
                    && !looks.containsKey(operation.id())) {
                missing.add(operation.id());
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyChangeAddsExactlyItsEvents() {
        assertAdds(scripts);
    }

    private void assertAdds(Map<String, Supplier<Step>> steps) {
        List<String> wrong = new ArrayList<>();
        steps.forEach((operation, script) -> {
            actors.owner();
            Step step = script.get();
            Rows.LogMark mark = Rows.mark();
            Reply reply = step.call().get();
            if (reply.status() >= 300) {
                wrong.add(operation + ": " + reply);
            } else if (!step.expected().apply(reply).equals(mark.added())) {
                wrong.add(operation + ": expected " + step.expected().apply(reply) + ", got " + mark.added());
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyChangingOperationHasAScript() {
        Set<String> missing = new TreeSet<>();
        for (Operation operation : Operations.all()) {
            // The broker's two events need a provider: BrokerTest. So does sign-in at one: OidcIT.
            if (operation.changes()
                    && !operation.isBroker()
                    && !operation.isOidc()
                    && !scripts.containsKey(operation.id())) {
                missing.add(operation.id());
            }
        }
        assertEquals(Operations.listed("uncovered-audit.txt"), missing);
    }

    @Test
    void aMissingPermissionIsOneEventOfTheCallersWorkspace() {
        Session member = actors.member();
        assertOneRefusal(403, member, "request.denied", () -> Api.patch("/v1/settings", member.token(), Map.of()));
    }

    @Test
    void anUnknownIdIsOneEventOfTheCallersWorkspace() {
        Session owner = actors.owner();
        String path = "/v1/provider-keys/" + UUID.randomUUID();
        assertOneRefusal(404, owner, "request.not_found", () -> Api.delete(path, owner.token()));
    }

    @Test
    void aRevokedKeyIsOneEventOfItsWorkspace() {
        Actors.Key key = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + key.id(), owner()).require(204);
        assertOneRefusal(401, actors.owner(), "request.unauthenticated", () -> Api.get("/v1/settings", key.token()));
    }

    @Test
    void aFailedSignInIsAnEventOfTheOperatorsAndOfEachWorkspaceOfThePerson() {
        Session person = Actors.join(actors.owner(), "member");
        Rows.LogMark mark = Rows.mark();
        Actors.signIn(person.email(), "not the password").require(401);
        assertEquals(
                Map.of(OPERATORS, List.of("session.refused"), person.workspaceId(), List.of("session.refused")),
                mark.added());
    }

    @Test
    void whatIsRolledBackLeavesNoEvent() {
        Session owner = actors.owner();
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Reply refused = Api.patch("/v1/members/" + owner.userId(), owner.token(), Map.of("role", "admin"));
        assertEquals(409, refused.status(), refused.toString());
        assertEquals(Map.of(), mark.added());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aRefusedAccessCodeIsAnEventAlthoughEverythingElseIsRolledBack() {
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Api.post("/v1/auth/sign-up", null, signUp("WRONG-WRONG-WRONG-WRONG")).require(422);
        assertEquals(Map.of(OPERATORS, List.of("access_code.refused")), mark.added());
        assertEquals(before, Rows.stored());
    }

    private Reply createRole() {
        return Actors.role(actors.owner(), "settings:read");
    }

    private static void assertOneRefusal(int status, Session of, String action, Supplier<Reply> call) {
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        Reply refused = call.get();
        assertEquals(status, refused.status(), refused.toString());
        assertEquals(Map.of(of.workspaceId(), List.of(action)), mark.added());
        assertEquals(before, Rows.stored());
    }

    private Step adds(Supplier<Reply> call, String... actions) {
        UUID workspace = actors.owner().workspaceId();
        return new Step(call, reply -> Map.of(workspace, List.of(actions)));
    }

    private static Step addsForOperators(Supplier<Reply> call, String... actions) {
        return new Step(call, reply -> Map.of(OPERATORS, List.of(actions)));
    }

    private String owner() {
        return actors.owner().token();
    }

    private Reply createApiKey() {
        return Api.post("/v1/api-keys", owner(), Map.of("name", "test", "scopes", List.of("settings:read")));
    }

    private Reply createProviderKey() {
        return Api.post(
                "/v1/provider-keys",
                owner(),
                Map.of("provider", "openai", "name", "test", "key", "sk-audit-0123456789"));
    }

    private Reply createWebhook() {
        return Api.post("/v1/slack-connections", owner(), Map.of("name", "test", "key", SlackStandIn.webhookUrl()));
    }

    private Reply createServiceAccount() {
        return Api.post("/v1/service-accounts", owner(), Map.of("name", "test", "role", "member"));
    }

    private static Map<String, Object> signUp(String code) {
        return Map.of(
                "email", Actors.newEmail(), "password", Actors.PASSWORD, "accessCode", code, "workspaceName", "Test");
    }
}
