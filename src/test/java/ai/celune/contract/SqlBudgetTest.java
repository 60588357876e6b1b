package ai.celune.contract;

import ai.celune.apikey.ApiKeyToken;
import ai.celune.contract.Operations.Operation;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.MailedCode;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many statements each operation and each kind of refusal costs: no more without somebody having seen it. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class SqlBudgetTest {
    private static final Set<String> ALL = Set.of("authn", "app", "audit");
    private static final Set<String> WITHOUT_TALLY = Set.of("authn", "app");

    /** As many as are kept: with fewer a sign-up may make its own. */
    private static final int KEYS_READY = 20;

    @Inject
    Scheduler background;

    private final Actors actors = new Actors();
    /** Uses of secrets that other tests have left without an end. */
    private final Set<String> leftOpen = Set.copyOf(open());

    @Test
    void noRequestNeedsMoreStatementsThanItsBudget() {
        StringBuilder actual = new StringBuilder("""
                # Statements per request, as PostgreSQL's log shows them: number, then what each role said. Written by SqlBudgetTest.
                # bind = the settings of the scope. The log's own writer (audit) commits for many requests at once; calls with
                # no credential or junk are tallied there and not counted here.
                """);
        awaitKeys();
        background.pause();
        try (SqlLog log = SqlLog.start()) {
            kinds(log, actual, known(), ALL);
            operations(log, actual);
            kinds(log, actual, junk(), WITHOUT_TALLY);
        } finally {
            background.resume();
        }
        Operations.assertGolden("sql-budget.txt", actual.toString());
    }

    /** Until as many workspaces as ever have their keys, and nobody makes any. */
    static void awaitKeys() {
        while (Rows.column("select 1 from workspace_key where ready").size() < KEYS_READY) {
            Thread.onSpinWait();
        }
    }

    private static void kinds(SqlLog log, StringBuilder actual, Map<String, Runnable> kinds, Set<String> roles) {
        kinds.forEach((kind, call) -> {
            // The first call prepares statements and fills what is asked once.
            call.run();
            line(actual, kind, log.during(call, roles));
        });
    }

    private void operations(SqlLog log, StringBuilder actual) {
        try (ExampleCalls examples = new ExampleCalls()) {
            for (Operation operation : Operations.all()) {
                if (operation.isOidc()) {
                    continue;
                }
                send(examples, operation, examples.prepare(operation));
                ExampleCalls.Call call = examples.prepare(operation);
                awaitEnds();
                line(actual, operation.id(), log.during(() -> send(examples, operation, call), ALL));
            }
        }
    }

    /** Carries out an example; a use of a secret is over when its end is stored, and a mail is asked for when it has come. */
    private void send(ExampleCalls examples, Operation operation, ExampleCalls.Call call) {
        int mails = MailedCode.sent();
        examples.send(operation, call)
                .require(examples.example(operation.id()).path("status").asInt());
        while (operation.id().equals("AuthResource_requestCode") && mails == MailedCode.sent()) {
            Thread.onSpinWait();
        }
        awaitEnds();
    }

    /** Until the uses that this test began are over, in preparing too. */
    private void awaitEnds() {
        while (!leftOpen.containsAll(open())) {
            Thread.onSpinWait();
        }
    }

    private static List<String> open() {
        return Rows.column("select id from audit_open");
    }

    /** Kinds of requests that are not one operation's own. */
    private Map<String, Runnable> known() {
        String token = actors.owner().token();
        Actors.Key key = actors.key("settings:read");
        Actors.Key revoked = actors.key("settings:read");
        Api.delete("/v1/api-keys/" + revoked.id(), token).require(204);
        Map<String, Object> body = Map.of("name", "n", "role", "member");
        String repeated = "repeated-" + UUID.randomUUID();
        Map<String, Runnable> kinds = new LinkedHashMap<>();
        kinds.put("read with an API key", () -> get(200, "/v1/settings", key.token()));
        kinds.put("revoked API key", () -> get(401, "/v1/settings", revoked.token()));
        kinds.put("unknown API key", () -> get(401, "/v1/settings", madeUp()));
        kinds.put("missing permission", () -> get(403, "/v1/provider-keys", key.token()));
        kinds.put("unknown id", () -> get(404, "/v1/provider-keys/" + UUID.randomUUID(), token));
        kinds.put("unknown path", () -> get(404, "/v1/nothing", token));
        kinds.put("malformed body", () -> post(400, token, "{"));
        kinds.put("invalid body", () -> post(400, token, Map.of("name", "")));
        kinds.put("write with a fresh Idempotency-Key", () -> idempotent(token, body, "once-" + UUID.randomUUID()));
        kinds.put("repetition of a write", () -> idempotent(token, body, repeated));
        return kinds;
    }

    /** What is no credential at all. */
    private static Map<String, Runnable> junk() {
        String good = madeUp();
        String junk = good.substring(0, good.length() - 1) + (good.endsWith("0") ? "1" : "0");
        Map<String, Runnable> kinds = new LinkedHashMap<>();
        kinds.put("no credential", () -> get(401, "/v1/settings", null));
        kinds.put("API key with a wrong checksum", () -> get(401, "/v1/settings", junk));
        kinds.put("token that is none", () -> get(401, "/v1/settings", "e30.e30.e30"));
        return kinds;
    }

    private static void get(int status, String path, @Nullable String token) {
        Api.get(path, token).require(status);
    }

    private static void post(int status, String token, Object body) {
        Api.post("/v1/service-accounts", token, body).require(status);
    }

    private static void idempotent(String token, Map<String, Object> body, String key) {
        Api.post("/v1/service-accounts", token, body, "Idempotency-Key", key).require(201);
    }

    private static String madeUp() {
        try (ApiKeyToken token = ApiKeyToken.generate("test", new SecureRandom())) {
            return token.reveal();
        }
    }

    private static void line(StringBuilder lines, String name, String cost) {
        lines.append(name).append(": ").append(cost).append('\n');
    }
}
