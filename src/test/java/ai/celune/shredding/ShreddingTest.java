package ai.celune.shredding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretShreddedException;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A deleted workspace can be taken back for a while, and nothing of it opens afterwards (R13, R15; cases 7 and 8). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ShreddingTest {
    private static final Duration GRACE = Duration.ofDays(7).plusSeconds(1);
    private static final Duration DRAINED = ShredRecord.DRAINS_WITHIN.plusSeconds(1);

    @Inject
    Shredding shredding;

    @Inject
    Sealer sealer;

    @Inject
    Envelopes envelopes;

    @Inject
    WorkspaceKeys keys;

    @Inject
    Scope scope;

    @Inject
    TestClock clock;

    private Session owner;
    private UUID workspace;
    private String path;
    private UUID providerKey;
    private String sealed;
    private String agent;

    @BeforeEach
    void aWorkspaceThatIsUsed() {
        owner = Actors.newWorkspace();
        workspace = owner.workspaceId();
        path = "/v1/workspaces/" + workspace;
        providerKey = Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-shredded-0123456789"))
                .require(201)
                .id();
        sealed = Rows.one("select sealed from provider_key where id = ?", providerKey);
        agent = Api.post(
                        "/v1/api-keys",
                        owner.token(),
                        Map.of(
                                "name",
                                "a",
                                "scopes",
                                List.of("provider-keys:use", "settings:read"),
                                "bindings",
                                List.of(providerKey)))
                .require(201)
                .field("key");
        Api.post("/v1/invitations", owner.token(), Map.of("email", Actors.newEmail(), "role", "member"))
                .require(201);
        Api.post("/v1/service-accounts", owner.token(), Map.of("name", "test", "role", "member"))
                .require(201);
        Actors.role(owner, "settings:read");
        Actors.join(owner, "member");
        Api.send("POST", "/v1/encryption-key/rotate", owner.token(), null).require(202);
    }

    @Test
    void duringTheGraceNothingIsUsedAndMembersStillSeeIt() {
        JsonNode answer = Api.delete(path, owner.token()).require(202).json();
        assertEquals(
                answer.path("deletesAt"),
                Api.get("/v1/workspaces", owner.token())
                        .json()
                        .path("items")
                        .get(0)
                        .path("deletesAt"));
        assertEquals(401, Api.get("/v1/settings", agent).status());
        assertEquals(401, use(agent).status());
        assertEquals(
                "410 secret_shredded",
                use(owner.token()).status() + " " + use(owner.token()).code());
        assertEquals(200, Api.get("/v1/settings", owner.again().token()).status());
    }

    @Test
    void deletingTwiceKeepsTheFirstEnd() {
        String first = Api.delete(path, owner.token()).require(202).field("deletesAt");
        clock.advance(Duration.ofMinutes(1));
        assertEquals(first, Api.delete(path, owner.token()).require(202).field("deletesAt"));
    }

    @Test
    void takenBackItIsAsBefore() {
        Api.delete(path, owner.token()).require(202);
        Reply restored =
                Api.send("POST", path + "/restore", owner.token(), null).require(200);
        assertTrue(restored.json().path("deletesAt").isNull());
        assertEquals(200, Api.get("/v1/settings", agent).status());
        clock.advance(GRACE);
        shredding.run();
        assertEquals(List.of(), records());
        assertOpens();
    }

    @Test
    void afterTheGraceNobodyTakesItBack() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        assertEquals(
                "secret_shredded",
                Api.send("POST", path + "/restore", again(), null).code());
        shredding.run();
        // Also on a replica whose clock is behind.
        clock.advance(GRACE.negated());
        assertEquals(
                "secret_shredded",
                Api.send("POST", path + "/restore", owner.token(), null).code());
    }

    @Test
    void noOtherWorkspaceCanBeDeleted() {
        Session other = Actors.newWorkspace();
        assertEquals(404, Api.delete(path, other.token()).status());
        assertEquals(403, Api.delete(path, Actors.join(owner, "admin").token()).status());
        assertTrue(Rows.column("select 1 from workspace where id = ? and deletes_at is not null", workspace)
                .isEmpty());
    }

    @Test
    void afterwardsNothingOpensAndNothingIsLeftButRecordAndLog() {
        byte[] bulk = envelopes.seal(binding(), "somebody".getBytes(UTF_8));
        Rows.LogMark mark = Rows.mark();
        shred();
        JsonNode record = records().getFirst();
        assertEquals(2, record.path("keyVersion").asInt());
        assertEquals(
                "the keys of this workspace were shredded",
                record.path("failure").asText());
        assertTrue(record.hasNonNull("finishedAt"));
        assertThrows(SecretShreddedException.class, this::open);
        assertThrows(SecretShreddedException.class, () -> sealer.seal(binding(), new byte[1]));
        assertThrows(SecretShreddedException.class, () -> sealer.createKey(workspace));
        assertThrows(SecretShreddedException.class, () -> envelopes.seal(binding(), new byte[1]));
        assertThrows(RuntimeException.class, () -> scope.asWorkspace(workspace, () -> envelopes.open(binding(), bulk)));
        assertEquals(Set.of("workspace_key", "audit_event", "audit_opening", "audit_pending"), tablesWithRows());
        assertEquals(List.of("workspace.key_destroyed", "workspace.shred_proved", "workspace.shredded"), told());
        assertTrue(mark.added(workspace).contains("workspace.shredding_started"));
    }

    /** R15: row by row as a logical dump has it; pg_dump itself writes the same values. */
    @Test
    void aDumpFromBeforeHoldsOnlyCiphertextAndOpensNothingAfterwards() {
        String invited = Actors.newEmail();
        Api.post("/v1/invitations", owner.token(), Map.of("email", invited, "role", "member"))
                .require(201);
        Map<String, List<String>> dump = new HashMap<>();
        for (String table : Rows.column("select table_name from classified_table where kind = 'workspace'")) {
            String column = table.equals("workspace") ? "id" : "workspace_id";
            dump.put(
                    table,
                    Rows.column("select to_jsonb(t)::text from " + table + " t where " + column + " = ?", workspace));
        }
        String everything = dump.values().toString();
        for (String secret : List.of("sk-shredded-0123456789", agent, Actors.PASSWORD)) {
            assertFalse(everything.contains(secret), secret);
        }
        assertFalse(List.of(dump.get("audit_event"), dump.get("audit_opening"))
                .toString()
                .contains(invited));
        assertTrue(Objects.requireNonNull(dump.get("audit_opening")).size() > 5);
        shred();
        Rows.update("update workspace_key set shredding_at = null where workspace_id = ?", workspace);
        Rows.update("set session_replication_role = replica");
        try {
            for (String table : List.of("workspace", "provider_key", "fingerprint_key", "data_key")) {
                for (String row : Objects.requireNonNull(dump.get(table))) {
                    Rows.update(
                            "insert into " + table + " select * from jsonb_populate_record(null::" + table
                                    + ", ?::jsonb)",
                            row);
                }
            }
        } finally {
            Rows.update("reset session_replication_role");
        }
        assertEquals(sealed, Rows.one("select sealed from provider_key where id = ?", providerKey));
        assertThrows(SecretShreddedException.class, this::open);
        for (String entry : Rows.column("select event_id::text from audit_opening where workspace_id = ?", workspace)) {
            String opening =
                    Rows.one("select encode(sealed, 'hex') from audit_opening where event_id::text = ?", entry);
            Binding place = new Binding(workspace, UUID.fromString(entry), "audit-opening", 1);
            assertThrows(
                    SecretShreddedException.class,
                    () -> scope.asWorkspace(
                            workspace,
                            () -> envelopes.open(place, HexFormat.of().parseHex(opening))));
        }
    }

    /** Who sealed a moment ago has the data key in memory, on whichever replica. */
    @Test
    void aWarmCacheForgetsBeforeTheKeyIsDestroyed() throws InterruptedException {
        byte[] bulk = envelopes.seal(binding(), "somebody".getBytes(UTF_8));
        assertEquals("somebody", opened(bulk));
        scope.asWorkspace(workspace, () -> {
            keys.beginShredding(workspace);
            return workspace;
        });
        Thread asks = Thread.ofPlatform().start(() -> {
            while (!refused(() -> envelopes.seal(binding(), new byte[1])) || !refused(() -> opened(bulk))) {
                Thread.onSpinWait();
            }
        });
        assertTrue(asks.join(Duration.ofSeconds(20)));
        assertOpens();
    }

    private static boolean refused(Supplier<?> work) {
        try {
            var _ = work.get();
            return false;
        } catch (SecretShreddedException e) {
            return true;
        }
    }

    /** In the minutes between, its people are not shut out by what can no more be sealed for the log. */
    @Test
    void whileItDrainsCallsGoOnWithoutPersonalValuesInTheLog() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        shredding.run();
        String token = again();
        awaitForgotten();
        Rows.LogMark mark = Rows.mark();
        assertEquals(200, Api.get("/v1/members", token).status());
        assertEquals(List.of("data.read"), mark.added(workspace));
        assertOpens();
    }

    @Test
    void theKeyIsDestroyedOnlyWhenOthersHaveLetGo() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        shredding.run();
        shredding.run();
        assertFalse(records().getFirst().hasNonNull("keyDestroyedAt"));
        assertOpens();
    }

    /** As a process leaves it that dies after the key is destroyed and before its commit. */
    @Test
    void eachStepCanBeRepeated() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        shredding.run();
        sealer.shred(workspace);
        clock.advance(DRAINED);
        shredding.run();
        Rows.update(
                "update shred_record set finished_at = null, proved_at = null, failure = null, key_destroyed_at = null"
                        + " where workspace_id = ?",
                workspace);
        shredding.run();
        assertTrue(records().getFirst().hasNonNull("finishedAt"));
    }

    @Test
    void replicasThatWorkAtOnceTellEachStepOnce() throws InterruptedException {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        atOnce();
        clock.advance(DRAINED);
        atOnce();
        shredding.run();
        assertEquals(List.of("workspace.key_destroyed", "workspace.shred_proved", "workspace.shredded"), told());
    }

    @Test
    void itsPeopleKeepTheirSessionsWithoutIt() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        shredding.run();
        String token = again();
        clock.advance(DRAINED);
        shredding.run();
        for (String session : List.of(token, again())) {
            Reply me = Api.get("/v1/me", session).require(200);
            assertTrue(me.json().path("workspaceId").isNull(), me.toString());
        }
    }

    @Test
    void everyWorkspaceTableLosesItsRows() {
        assertEquals(
                Rows.column(
                        "select table_name from classified_table where kind = 'workspace' and owner <> 'audit'"
                                + " and table_name <> 'workspace_key' and not has_table_privilege('celune_app', table_name, 'DELETE')"),
                List.of());
    }

    private void atOnce() throws InterruptedException {
        List<Thread> replicas = Stream.generate(() -> Thread.ofPlatform().start(shredding::run))
                .limit(3)
                .toList();
        for (Thread replica : replicas) {
            replica.join();
        }
    }

    private void shred() {
        Api.delete(path, owner.token()).require(202);
        clock.advance(GRACE);
        shredding.run();
        awaitForgotten();
        clock.advance(DRAINED);
        shredding.run();
    }

    /** The clock of the test is quicker than what each replica does once a second. */
    private void awaitForgotten() {
        while (!refused(() -> envelopes.seal(binding(), new byte[1]))) {
            Thread.onSpinWait();
        }
    }

    /** What the operators' log says of it. */
    private List<String> told() {
        return Rows.column(
                "select action from audit_event where workspace_id = operator_log() and target_id = ? order by id",
                workspace.toString());
    }

    /** A session that began after the clock was moved. */
    private String again() {
        return Actors.signIn(owner.email(), Actors.PASSWORD).require(200).field("accessToken");
    }

    private List<JsonNode> records() {
        List<JsonNode> found = new java.util.ArrayList<>();
        for (JsonNode item : Api.get(
                        "/v1/platform/shreds?limit=200", Actors.operator().token())
                .require(200)
                .items()) {
            if (item.path("workspaceId").asText().equals(workspace.toString())) {
                found.add(item);
            }
        }
        return found;
    }

    private Set<String> tablesWithRows() {
        Set<String> tables = new HashSet<>();
        for (String table : Rows.column("select table_name from classified_table where kind = 'workspace'")) {
            String column = table.equals("workspace") ? "id" : "workspace_id";
            if (!Rows.one("select count(*) from " + table + " where " + column + " = ?", workspace)
                    .equals("0")) {
                tables.add(table);
            }
        }
        return tables;
    }

    private Reply use(String token) {
        return Api.post("/v1/proxy/openai/v1/chat/completions", token, Map.of("model", "m"));
    }

    private Binding binding() {
        return new Binding(workspace, providerKey, "test", 1);
    }

    private String opened(byte[] bulk) {
        return scope.asWorkspace(workspace, () -> {
            try (Secret opened = envelopes.open(binding(), bulk)) {
                return new String(opened.bytes(), UTF_8);
            }
        });
    }

    private int open() {
        try (Secret opened = sealer.open(new Binding(workspace, providerKey, "provider-key", 1), sealed)) {
            return opened.length();
        }
    }

    private void assertOpens() {
        assertEquals("sk-shredded-0123456789".length(), open());
    }
}
