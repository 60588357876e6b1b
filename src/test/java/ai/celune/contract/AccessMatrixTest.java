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
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may call what, for every operation there is; the golden file is read like a table of permissions. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AccessMatrixTest {
    /** Where an empty document would be refused before anybody asks who may call. */
    private static final Map<String, Object> BODIES = Map.of(
            "MeResource_changePassword",
            Map.of("currentPassword", Actors.PASSWORD, "newPassword", Actors.PASSWORD),
            "AuthResource_reauthenticate",
            Map.of("password", Actors.PASSWORD),
            "WorkspaceResource_create",
            Map.of("name", "Another", "accessCode", "WRONG-WRONG-WRONG-WRONG"));

    private final Actors actors = new Actors();

    @Test
    void everyOperationAnswersEachRoleAsTheMatrixSays() {
        Map<String, Session> sessions = new LinkedHashMap<>();
        for (String role : List.of("owner", "admin", "member", "auditor")) {
            sessions.put(role, actors.member(role));
        }
        sessions.put("operator", Actors.operator());
        sessions.put("custom", Actors.join(actors.owner(), customRole()));
        String key = actors.key("workspace:own").token();

        StringBuilder matrix = new StringBuilder(row("", "anonymous", sessions.keySet(), "key"));
        for (Operation operation : Operations.all()) {
            String anonymous = outcome(operation, null);
            List<String> byRole = new ArrayList<>();
            for (Map.Entry<String, Session> session : sessions.entrySet()) {
                byRole.add(outcome(operation, session.getValue().token()));
                if (operation.endsTheSession()) {
                    session.setValue(session.getValue().again());
                }
            }
            matrix.append(row(operation.name(), anonymous, byRole, outcome(operation, key)));
        }
        Operations.assertGolden("access-matrix.txt", matrix.toString());
    }

    @Test
    void onlyPublishedOperationsAnswerWithoutACredential() {
        Map<String, String> before = Rows.stored("access_code");
        Set<String> open = new TreeSet<>();
        for (Operation operation : Operations.all()) {
            if (call(operation, null).status() != 401) {
                open.add(operation.name());
            }
        }
        assertEquals(Operations.listed("public-operations.txt"), open);
        assertEquals(before, Rows.stored("access_code"));
    }

    @Test
    void aKeyDoesWhatItsScopesSayAndNothingElse() {
        List<String> permissions = new ArrayList<>();
        Api.get("/v1/me", actors.owner().token())
                .json()
                .path("permissions")
                .forEach(permission -> permissions.add(permission.asText()));
        Map<String, String> alone = new TreeMap<>();
        Map<String, String> without = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (Operation operation : Operations.all()) {
            String needed = operation.permission();
            if (permissions.contains(needed)) {
                Reply held = call(
                        operation,
                        alone.computeIfAbsent(needed, scope -> actors.key(scope).token()));
                int lacking = call(
                                operation,
                                without.computeIfAbsent(
                                        needed,
                                        scope -> actors.key(permissions.stream()
                                                        .filter(other -> !other.equals(scope))
                                                        .toArray(String[]::new))
                                                .token()))
                        .status();
                boolean refused = held.status() == 401 || held.status() == 403;
                if ((refused && !held.code().equals("session_required")) || lacking != 403) {
                    wrong.add(operation.name() + ": " + held + " with " + needed + ", " + lacking + " without");
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(alone.size() > 9, alone.keySet() + " are asked for");
    }

    /** A role of the workspace's own: looks at settings and people, and defines roles. */
    private String customRole() {
        return Actors.role(actors.owner(), "settings:read", "members:read", "roles:read", "roles:write")
                .field("name");
    }

    private static String outcome(Operation operation, @Nullable String token) {
        Reply reply = call(operation, token);
        if (reply.status() == 404 && operation.pathParameters().isEmpty()) {
            throw new AssertionError("published but not there: " + reply);
        }
        return switch (reply.status()) {
            case 401, 403 -> Integer.toString(reply.status());
            case 200, 201, 204, 400, 404, 409, 422 -> "ok";
            default -> throw new AssertionError(reply.toString());
        };
    }

    private static Reply call(Operation operation, @Nullable String token) {
        Object body = operation.hasBody() ? BODIES.getOrDefault(operation.id(), Map.of()) : null;
        return Api.send(operation.method(), operation.filledAtRandom(), token, body);
    }

    private static String row(String name, String anonymous, Iterable<String> roles, String key) {
        return "%-50s %-11s%-7s%-7s%-8s%-9s%-10s%-8s%s%n"
                .formatted(cells(name, anonymous, roles, key))
                .replace(System.lineSeparator(), "\n");
    }

    private static Object[] cells(String name, String anonymous, Iterable<String> roles, String key) {
        List<Object> cells = new ArrayList<>(List.of(name, anonymous));
        roles.forEach(cells::add);
        cells.add(key);
        return cells.toArray();
    }
}
