package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import ai.celune.support.TestClock;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A session that is a while old hands out no rights and changes no secrets; it still looks, uses, ends and revokes. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class StepUpTest {
    private static final Map<String, Object> ROLE = Map.of("name", "step-up", "permissions", List.of("settings:read"));

    private final Actors actors = new Actors();

    @Inject
    TestClock clock;

    @Test
    void thePublishedOperationsAskForARecentProofAndNoOthers() {
        Session owner = actors.owner();
        Session operator = Actors.operator().again();
        String key = actors.key("workspace:own", "api-keys:write", "provider-keys:write", "members:write")
                .token();
        clock.advance(Duration.ofMinutes(15).plusSeconds(1));
        String old = refreshed(owner);
        String oldOperator = refreshed(operator);
        Map<String, String> before = Rows.stored("idempotency_record");
        Set<String> asking = new TreeSet<>();
        for (Operation operation : Operations.all()) {
            if (!operation.endsTheSession()) {
                String token = operation.path().startsWith("/v1/platform/") ? oldOperator : old;
                if (code(operation, token).equals("reauthentication_required")) {
                    asking.add(operation.name());
                }
            }
        }
        assertEquals(Operations.listed("step-up-operations.txt"), asking);
        before.keySet().retainAll(Set.of("api_key", "provider_key", "workspace_role", "membership", "invitation"));
        Map<String, String> after = Rows.stored("idempotency_record");
        after.keySet().retainAll(before.keySet());
        assertEquals(before, after);
        for (Operation operation : Operations.all()) {
            assertTrue(!code(operation, key).equals("reauthentication_required"), operation.name());
        }
    }

    @Test
    void thePasswordMakesTheSessionRecentAgain() {
        Session owner = actors.owner();
        clock.advance(Duration.ofMinutes(16));
        String token = refreshed(owner);
        Api.post("/v1/roles", token, ROLE).require(403);
        Reply wrong = Api.post("/v1/auth/reauthenticate", token, Map.of("password", "not the password"));
        assertEquals(401, wrong.status(), wrong.toString());
        Api.post("/v1/roles", token, ROLE).require(403);
        Api.post("/v1/auth/reauthenticate", token, Map.of("password", Actors.PASSWORD))
                .require(204);
        Api.post("/v1/roles", token, ROLE).require(201);
    }

    @Test
    void anotherWorkspaceMakesAnOldProofNoYounger() {
        Session owner = actors.owner();
        clock.advance(Duration.ofMinutes(14));
        String token = refreshed(owner);
        Reply created = Api.post("/v1/workspaces", token, Map.of("name", "Other", "accessCode", accessCode()))
                .require(201);
        Reply selected = Api.send("POST", "/v1/workspaces/" + created.id() + "/select", token, null)
                .require(200);
        clock.advance(Duration.ofMinutes(2));
        assertEquals(
                "reauthentication_required",
                Api.post("/v1/roles", selected.field("accessToken"), ROLE).code());
    }

    @Test
    void anInvitationMakesAnOldProofNoYounger() {
        Session owner = actors.owner();
        Session host = actors.stranger();
        String code = Api.post("/v1/invitations", host.token(), Map.of("email", owner.email(), "role", "admin"))
                .require(201)
                .field("code");
        clock.advance(Duration.ofMinutes(16));
        Reply joined = Api.post("/v1/auth/accept-invitation", refreshed(owner), Map.of("code", code))
                .require(201);
        assertEquals(
                "reauthentication_required",
                Api.post("/v1/roles", joined.field("accessToken"), ROLE).code());
    }

    @Test
    void anOldSessionReplaysNothing() {
        Session owner = actors.owner();
        String[] once = {"Idempotency-Key", "the-same-key-as-before"};
        Api.post("/v1/roles", owner.token(), ROLE, once).require(201);
        assertEquals(201, Api.post("/v1/roles", owner.token(), ROLE, once).status());
        clock.advance(Duration.ofMinutes(16));
        assertEquals(403, Api.post("/v1/roles", refreshed(owner), ROLE, once).status());
    }

    private static String accessCode() {
        Session operator = Actors.operator().again();
        return Api.post("/v1/platform/access-codes", operator.token(), Map.of())
                .require(201)
                .field("code");
    }

    private static String code(Operation operation, String token) {
        Reply reply = Api.send(
                operation.method(), operation.filledAtRandom(), token, operation.hasBody() ? body(operation) : null);
        return reply.status() == 403 ? reply.code() : "";
    }

    /** What is asked for before the body is looked at needs none, and a wrong one changes nothing where nobody asks. */
    private static Object body(Operation operation) {
        return switch (operation.id()) {
            case "ApiKeyResource_create" -> Map.of("name", "x", "scopes", List.of("settings:read"));
            case "ProviderKeyResource_create" ->
                Map.of("provider", "openai", "name", "x", "key", "sk-step-up-0123456789");
            case "ProviderKeyResource_replaceValue" -> Map.of("key", "sk-step-up-0123456789");
            case "SlackConnectionResource_create" -> Map.of("name", "x", "key", SlackStandIn.webhookUrl());
            case "SlackConnectionResource_replaceValue" -> Map.of("key", SlackStandIn.webhookUrl());
            case "RoleResource_create" -> ROLE;
            case "InvitationResource_invite" -> Map.of("email", "step-up@example.test", "role", "member");
            case "ServiceAccountResource_create" -> Map.of("name", "x", "role", "member");
            default -> Map.of();
        };
    }

    private static String refreshed(Session of) {
        return Api.post("/v1/auth/refresh", null, Map.of("refreshToken", of.refreshToken()))
                .require(200)
                .field("accessToken");
    }
}
