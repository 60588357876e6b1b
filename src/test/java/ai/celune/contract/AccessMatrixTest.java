package ai.celune.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.contract.Operations.Operation;
import ai.celune.crypto.Digest;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.support.TestIssuer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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

    private static TestIssuer issuer;

    @Inject
    TestClock clock;

    private final Actors actors = new Actors();

    @BeforeAll
    static void open() {
        issuer = new TestIssuer(ProviderAddress.issuer().getPort());
    }

    @AfterAll
    static void close() {
        issuer.close();
    }

    @Test
    void everyOperationAnswersEachRoleAsTheMatrixSays() {
        // The service may have read the issuer's keys a moment ago, when they were others.
        clock.advance(Duration.ofMinutes(1));
        Map<String, Session> sessions = new LinkedHashMap<>();
        for (String role : List.of("owner", "admin", "member", "auditor")) {
            sessions.put(role, actors.member(role));
        }
        sessions.put("operator", Actors.operator());
        sessions.put("custom", Actors.join(actors.owner(), customRole()));
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("key", actors.key("workspace:own").token());
        keys.put("robot", robot(Map.of()).field("key"));
        String subject = UUID.randomUUID().toString();
        robot(Map.of("workload", Map.of("issuer", issuer.url(), "subject", subject)));
        keys.put(
                "workload",
                issuer.sign(issuer.claims(subject, "celune:" + actors.owner().workspaceId(), clock.instant())));

        List<String> columns = new ArrayList<>(sessions.keySet());
        columns.add("browser");
        StringBuilder matrix = new StringBuilder(row("", "anonymous", columns, keys.keySet()));
        String cookie = cookie();
        for (Operation operation : Operations.all()) {
            String anonymous = outcome(operation, null);
            List<String> byRole = new ArrayList<>();
            for (Map.Entry<String, Session> session : sessions.entrySet()) {
                byRole.add(outcome(operation, session.getValue().token()));
                if (operation.endsTheSession()) {
                    session.setValue(session.getValue().again());
                }
            }
            byRole.add(outcome(operation, null, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"));
            if (operation.endsTheSession()) {
                cookie = cookie();
            }
            List<String> byKey =
                    keys.values().stream().map(key -> outcome(operation, key)).toList();
            matrix.append(row(operation.name(), anonymous, byRole, byKey));
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
        List<String> permissions = permissions(actors.owner());
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

    /** A key of a service account that is a member, with the scopes of an owner. */
    private Reply robot(Map<String, Object> more) {
        Map<String, Object> wanted = new HashMap<>(more);
        wanted.put("name", "robot");
        wanted.put("scopes", permissions(actors.owner()));
        wanted.put(
                "serviceAccountId",
                Api.post("/v1/service-accounts", actors.owner().token(), Map.of("name", "robot", "role", "member"))
                        .require(201)
                        .field("id"));
        return Api.post("/v1/api-keys", actors.owner().token(), wanted).require(201);
    }

    /** Of a session of the owner in a browser, as it is after sign-in at a provider. */
    private String cookie() {
        Session session = actors.owner().again();
        String value = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Digest.sha256(session.token().getBytes(UTF_8)));
        Rows.update(
                "insert into browser_session (session_id, user_id, cookie_hash, seen_at, provider, provider_subject, login_id,"
                        + " tokens_version, checked_at) values (?, ?, ?, now(), 'test', 'owner', ?, 0, now())",
                Actors.sessionId(session),
                session.userId(),
                Digest.sha256("cookie:".getBytes(UTF_8), Base64.getUrlDecoder().decode(value)),
                UUID.randomUUID());
        return "__Host-celune=" + value;
    }

    private static List<String> permissions(Session of) {
        List<String> permissions = new ArrayList<>();
        Api.get("/v1/me", of.token())
                .json()
                .path("permissions")
                .forEach(permission -> permissions.add(permission.asText()));
        return permissions;
    }

    private static String outcome(Operation operation, @Nullable String token, String... headers) {
        Reply reply = call(operation, token, headers);
        if (reply.status() == 404 && operation.pathParameters().isEmpty()) {
            throw new AssertionError("published but not there: " + reply);
        }
        return switch (reply.status()) {
            case 401, 403 -> Integer.toString(reply.status());
            case 200, 201, 202, 204, 400, 404, 409, 422 -> "ok";
            default -> throw new AssertionError(reply.toString());
        };
    }

    private static Reply call(Operation operation, @Nullable String token, String... headers) {
        Object body = operation.hasBody() ? BODIES.getOrDefault(operation.id(), Map.of()) : null;
        return Api.send(operation.method(), operation.filledAtRandom(), token, body, headers);
    }

    private static String row(String name, String anonymous, Collection<String> roles, Collection<String> keys) {
        List<Object> cells = new ArrayList<>(List.of(name, anonymous));
        cells.addAll(roles);
        cells.addAll(keys);
        return "%-50s %-11s%-7s%-7s%-8s%-9s%-10s%-8s%-9s%-5s%-7s%s%n"
                .formatted(cells.toArray())
                .replace(System.lineSeparator(), "\n");
    }
}
