package ai.celune.keyringmove;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Keyring;
import ai.celune.crypto.SealedColumn;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.encryptionkey.Rewraps;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.support.TestVault;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the keyring has sealed comes to Vault, value by value, and what cannot is told (R13). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@WithTestResource(OldKeyring.class)
class KeyringMoveVaultTest {
    private static final String SECRET = "sk-moved-0123456789";

    @Inject
    MoveWork work;

    @Inject
    Rewraps rewraps;

    @Inject
    Sealer sealer;

    @Inject
    Envelopes envelopes;

    @Inject
    WorkspaceKeys keys;

    @Inject
    @All
    List<SealedColumn> columns;

    @Inject
    Scope scope;

    @Inject
    TestClock clock;

    @Inject
    MeterRegistry metrics;

    private UUID workspace;
    private UUID key;
    private Session owner;

    /** Everything is as a keyring has left it. */
    @BeforeEach
    void anInstallationOfTheKeyring() {
        Rows.update("delete from keyring_move_find");
        Rows.update("delete from keyring_move");
        owner = Actors.newWorkspace();
        workspace = owner.workspaceId();
        key = providerKey(owner);
        for (String each : Rows.column("select workspace_id::text from workspace_key where shredding_at is null")) {
            takeBack(UUID.fromString(each));
        }
    }

    @Test
    void aDryRunCountsByColumnAndChangesNothing() {
        String workspaces = Rows.one(
                "select count(*) from workspace_key where shredding_at is null and sealed_private_key like 'ring:%'");
        Map<String, String> before = sealed();
        begin(true);
        work();
        JsonNode run = run();
        assertEquals("done", run.path("state").asText(), run.toString());
        assertEquals(workspaces, Long.toString(found(run, "workspace_key", "values")));
        assertEquals(
                Rows.one("select count(*) from provider_key"), Long.toString(found(run, "provider_key", "values")));
        assertEquals(0, run.path("done").asInt());
        assertEquals(before, sealed());
    }

    @Test
    void aMoveLeavesNothingToTheKeyringAndEverythingOpens() {
        byte[] bulk = envelopes.seal(binding(), "somebody".getBytes(UTF_8));
        begin(false);
        runToTheEnd();
        JsonNode run = run();
        assertEquals("done", run.path("state").asText(), run.toString());
        assertEquals(run.path("total").asInt(), run.path("done").asInt());
        assertTrue(sealed().values().stream().allMatch(text -> text.startsWith("vault:")), sealed().toString());
        assertOpens(key);
        scope.asWorkspace(workspace, () -> {
            try (Secret opened = envelopes.open(binding(), bulk)) {
                assertEquals("somebody", new String(opened.bytes(), UTF_8));
            }
            return bulk;
        });
        assertEquals(
                "t",
                Rows.one("select key_version = lowest_version from encryption_key where workspace_id = ?", workspace));
    }

    @Test
    void theLogsTellOfIt() {
        Rows.LogMark mark = Rows.mark();
        begin(false);
        runToTheEnd();
        assertEquals(
                List.of("encryption_key.rewrap_ended", "encryption_key.rewrap_started", "encryption_key.rotated"),
                mark.added(workspace));
        assertTrue(mark.added(Scope.NOBODY).containsAll(List.of("keyring_move.started", "keyring_move.ended")));
    }

    @Test
    void metricsCountWhatWasLookedAt() {
        double before = opened();
        long sealed = sealed().values().stream()
                .filter(text -> text.startsWith("ring:"))
                .count();
        begin(true);
        work();
        assertEquals((double) sealed, opened() - before);
    }

    private double opened() {
        return metrics.counter("celune.keyring.looks", "outcome", "opened").count();
    }

    @Test
    void aValueThatWasChangedIsToldLeftAloneAndStopsNoOther() {
        UUID changed = providerKey(owner);
        takeBack(workspace);
        Rows.update(
                "update provider_key set sealed = (select sealed from provider_key where id = ?) where id = ?",
                key,
                changed);
        String before = Rows.one("select sealed from provider_key where id = ?", changed);
        for (boolean dryRun : new boolean[] {true, false}) {
            begin(dryRun);
            runToTheEnd();
            JsonNode run = run();
            assertEquals("incomplete", run.path("state").asText(), run.toString());
            assertEquals(1, found(run, "provider_key", "failed"));
            assertEquals(
                    "{\"table\":\"provider_key\",\"column\":\"sealed\",\"workspaceId\":\"%s\",\"id\":\"%s\"}"
                            .formatted(workspace, changed),
                    run.path("failed").get(0).toString());
            assertEquals(1, run.path("failed").size());
        }
        assertEquals(before, Rows.one("select sealed from provider_key where id = ?", changed));
        assertEquals(
                List.of(before),
                sealed().values().stream()
                        .filter(text -> text.startsWith("ring:"))
                        .toList());
        assertOpens(key);
        Rows.update("delete from provider_key where id = ?", changed);
    }

    /** As a transaction leaves it that sealed by the keyring before the move and committed after the workspace was through. */
    @Test
    void whatComesLateFromTheKeyringIsMovedBeforeItIsOver() {
        String late = Rows.one("select sealed from provider_key where id = ?", key);
        begin(false);
        while (!state().equals("rewrapping")) {
            work.run();
        }
        settleAll();
        Rows.update("update provider_key set sealed = ? where id = ?", late, key);
        runToTheEnd();
        assertEquals("done", state());
        assertTrue(Rows.one("select sealed from provider_key where id = ?", key).startsWith("vault:"));
        assertOpens(key);
    }

    @Test
    void whatDoesNotOpenIsNotTriedAgainWithWhatCameLate() {
        Session second = Actors.newWorkspace();
        UUID changed = providerKey(second);
        takeBack(second.workspaceId());
        Rows.update(
                "update provider_key set sealed = (select sealed from provider_key where id = ?) where id = ?",
                key,
                changed);
        String late = Rows.one("select sealed from provider_key where id = ?", key);
        begin(false);
        while (!state().equals("rewrapping")) {
            work.run();
        }
        settleAll();
        Rows.update("update provider_key set sealed = ? where id = ?", late, key);
        String version = "select key_version from encryption_key where workspace_id = ?";
        String before = Rows.one(version, second.workspaceId());
        runToTheEnd();
        assertEquals("incomplete", state());
        assertEquals(before, Rows.one(version, second.workspaceId()));
        assertOpens(key);
        Rows.update("delete from provider_key where id = ?", changed);
    }

    /** As a replica does it that is asked to store a key before the move has come to its workspace. */
    @Test
    void whatVaultHasSealedMeanwhileStays() {
        UUID young = providerKey(owner);
        assertTrue(
                Rows.one("select sealed from provider_key where id = ?", young).startsWith("vault:"));
        begin(false);
        runToTheEnd();
        assertEquals("done", state());
        assertOpens(young);
        assertOpens(key);
    }

    @Test
    void replicasThatWorkAtOnceDoEverythingOnce() throws InterruptedException {
        Rows.LogMark mark = Rows.mark();
        begin(false);
        while (run().path("finishedAt").isNull()) {
            List<Thread> replicas = Stream.generate(() -> Thread.ofPlatform().start(this::pass))
                    .limit(3)
                    .toList();
            for (Thread replica : replicas) {
                replica.join();
            }
        }
        assertEquals("done", state());
        assertEquals(
                1,
                mark.added(Scope.NOBODY).stream()
                        .filter("keyring_move.ended"::equals)
                        .count());
        assertEquals(
                List.of("encryption_key.rewrap_ended", "encryption_key.rewrap_started", "encryption_key.rotated"),
                mark.added(workspace));
    }

    @Test
    void aWorkspaceThatIsBeingShreddedGetsNoKeyInVaultAndTheMoveWaitsForItsEnd() {
        String text = Rows.one("select sealed_private_key from workspace_key where workspace_id = ?", workspace);
        scope.asWorkspace(workspace, () -> {
            keys.beginShredding(workspace);
            return workspace;
        });
        begin(false);
        runUntilNothingChanges();
        assertEquals("looking", state());
        sealer.shred(workspace);
        assertThrows(
                IllegalStateException.class, () -> TestVault.running().read("celune-transit/keys/ws-" + workspace));
        Rows.update("insert into shred_record values (?, 1, now(), now(), now(), 'no key', 7, now(), null)", workspace);
        work();
        assertEquals("done", state());
        assertEquals(text, Rows.one("select sealed_private_key from workspace_key where workspace_id = ?", workspace));
        assertThrows(
                IllegalStateException.class, () -> TestVault.running().read("celune-transit/keys/ws-" + workspace));
    }

    /** As an old copy of the file, or one of another installation. */
    @Test
    void aKeyringThatDoesNotKnowAWorkspaceIsTold() {
        UUID stranger = UUID.randomUUID();
        Rows.update(
                "insert into workspace_key select ?, false, public_key, sealed_private_key, created_at from workspace_key where workspace_id = ?",
                stranger,
                workspace);
        begin(false);
        runToTheEnd();
        assertEquals("incomplete", state());
        assertEquals(
                stranger.toString(),
                run().path("failed").get(0).path("workspaceId").asText());
        assertThrows(
                SecretKeyMissingException.class,
                () -> sealer.seal(new Binding(stranger, UUID.randomUUID(), "test", 1), new byte[1]));
        Rows.update("delete from workspace_key where workspace_id = ?", stranger);
    }

    @Test
    void oneGoesOnAtATime() {
        begin(true);
        assertEquals("keyring_move_running", post(false).require(409).code());
    }

    private UUID providerKey(Session of) {
        return Api.post("/v1/provider-keys", of.token(), Map.of("provider", "openai", "name", "test", "key", SECRET))
                .require(201)
                .id();
    }

    /** Brings all of a workspace under the keyring. */
    private void takeBack(UUID of) {
        Keyring keyring = OldKeyring.keyring();
        keyring.createKey(of);
        for (SealedColumn column : columns) {
            for (List<String> row : Rows.table(
                    "select %1$s::text, (%2$s)::text, %3$s from %4$s where workspace_id = '%5$s' and %3$s like 'vault:%%'"
                            .formatted(column.id(), column.valueVersion(), column.column(), column.table(), of))) {
                UUID id = UUID.fromString(row.getFirst());
                Binding place = column.binder().bind(of, id, Integer.parseInt(row.get(1)));
                try (Secret value = sealer.open(place, row.get(2))) {
                    Rows.update(
                            "update %1$s set %2$s = ? where workspace_id = ? and %3$s = ?"
                                    .formatted(column.table(), column.column(), column.id()),
                            keyring.seal(place, value.bytes()),
                            of,
                            id);
                }
            }
        }
    }

    private Map<String, String> sealed() {
        Map<String, String> texts = new java.util.TreeMap<>();
        for (SealedColumn column : columns) {
            Rows.table(
                            "select '%1$s ' || %2$s, %3$s from %4$s join workspace_key k using (workspace_id) where k.shredding_at is null and %3$s is not null"
                                    .formatted(
                                            column.name(),
                                            column.table() + "." + column.id(),
                                            column.table() + "." + column.column(),
                                            column.table()))
                    .forEach(row -> texts.put(row.getFirst(), row.getLast()));
        }
        return texts;
    }

    private Binding binding() {
        return new Binding(workspace, key, "test", 1);
    }

    private void assertOpens(UUID id) {
        String text = Rows.one("select sealed from provider_key where id = ?", id);
        try (Secret opened = sealer.open(new Binding(workspace, id, "provider-key", 1), text)) {
            assertEquals(SECRET, new String(opened.bytes(), UTF_8));
        }
    }

    private static void begin(boolean dryRun) {
        post(dryRun).require(202);
    }

    private static Reply post(boolean dryRun) {
        return Api.post("/v1/platform/keyring-move", Actors.operator().token(), Map.of("dryRun", dryRun));
    }

    private static JsonNode run() {
        return Api.get("/v1/platform/keyring-move", Actors.operator().token())
                .require(200)
                .json()
                .path("run");
    }

    private static String state() {
        return run().path("state").asText();
    }

    private static long found(JsonNode run, String table, String field) {
        long sum = 0;
        for (JsonNode column : run.path("found")) {
            if (column.path("table").asText().equals(table)) {
                sum += column.path(field).asLong();
            }
        }
        return sum;
    }

    /** As often as it takes a single run of a replica without rewrapping. */
    private void work() {
        String before;
        do {
            before = Rows.one("select string_agg(to_jsonb(m)::text, ',') from keyring_move m");
            work.run();
        } while (!before.equals(Rows.one("select string_agg(to_jsonb(m)::text, ',') from keyring_move m")));
    }

    private void settleAll() {
        while (!Rows.one("select count(*) from encryption_key where finished_at is null")
                .equals("0")) {
            rewraps.run();
            clock.advance(Rewraps.SETTLED);
        }
    }

    private void pass() {
        work.run();
        rewraps.run();
        clock.advance(Rewraps.SETTLED);
    }

    private void runToTheEnd() {
        while (run().path("finishedAt").isNull()) {
            pass();
        }
    }

    private void runUntilNothingChanges() {
        while (List.of("starting", "rewrapping").contains(state())) {
            pass();
        }
        work();
    }
}
