package ai.celune.encryptionkey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.SealedColumns;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A key is rotated, what it sealed follows, and only then older versions end (R13; cases 10, 11, 12). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class KeyWorkTest {
    private static final Duration SETTLED = EncryptionKey.SETTLES_WITHIN.plusSeconds(1);

    @Inject
    KeyWork work;

    @Inject
    SealedColumns columns;

    @Inject
    Sealer sealer;

    @Inject
    TestClock clock;

    @Inject
    MeterRegistry metrics;

    private Session owner;
    private UUID workspace;
    private UUID key;

    /** Three sealed values: of the provider key, of the workspace's fingerprints and of its bulk data. */
    @BeforeEach
    void aWorkspaceWithAProviderKey() {
        owner = Actors.newWorkspace();
        workspace = owner.workspaceId();
        key = Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        java.util.Map.of("provider", "openai", "name", "test", "key", "sk-rotated-0123456789"))
                .require(201)
                .id();
    }

    /** What somebody adds a column of sealed values for without saying how it is re-wrapped would be lost with the older versions. */
    @Test
    void everySealedColumnOfTheRegistryIsRewrapped() {
        assertEquals(
                Rows.column("select name from (select table_name || '.' || column_name as name from classified_column"
                        + " where critical_kind = 'sealed') as sealed order by name collate \"C\""),
                columns.names());
    }

    @Test
    void everythingComesUnderTheNewestVersionAndOlderOnesEnd() {
        String before = sealed(key);
        assertView(rotate(), 2, 1, "running", 0, 3, 0);
        walk();
        assertView(show(), 2, 1, "verifying", 3, 3, 0);
        assertOpens(before);
        assertOpens(sealed(key));
        work.rewrap();
        assertView(show(), 2, 1, "verifying", 3, 3, 0);
        clock.advance(SETTLED);
        work.rewrap();
        assertView(show(), 2, 2, "done", 3, 3, 0);
        assertEquals(List.of("v2", "v2", "v2"), versions());
        assertOpens(sealed(key));
        assertThrows(SecretIntegrityException.class, () -> open(before));
    }

    @Test
    void theLogTellsOfBeginningAndEnd() {
        Rows.LogMark mark = Rows.mark();
        rotate();
        walk();
        clock.advance(SETTLED);
        work.rewrap();
        work.rewrap();
        assertEquals(
                List.of("encryption_key.rewrap_ended", "encryption_key.rewrap_started", "encryption_key.rotated"),
                mark.added(workspace));
    }

    @Test
    void metricsCountWhatIsRewrapped() {
        double before = counted("rewrapped");
        rotate();
        walk();
        assertEquals(3, counted("rewrapped") - before);
    }

    /** Case 10. */
    @Test
    void aCorruptValueStopsNoOtherAndKeepsTheOlderVersions() {
        UUID corrupt = addKeys(1).getFirst();
        Rows.update(
                "update provider_key set sealed = (select sealed from provider_key where id = ?) where id = ?",
                key,
                corrupt);
        String before = sealed(key);
        rotate();
        walk();
        clock.advance(SETTLED);
        work.rewrap();
        assertView(show(), 2, 1, "incomplete", 3, 4, 1);
        assertEquals(List.of("v1", "v2", "v2", "v2"), versions());
        assertOpens(before);
    }

    /** As a transaction leaves it that sealed before the rotation and committed after the walk. */
    @Test
    void aValueThatComesLateUnderTheOldVersionIsFoundBeforeOlderVersionsEnd() {
        String before = sealed(key);
        rotate();
        walk();
        Rows.update("update provider_key set sealed = ? where id = ?", before, key);
        clock.advance(SETTLED);
        work.rewrap();
        assertView(show(), 2, 1, "running", 3, 4, 0);
        walk();
        assertView(show(), 2, 1, "verifying", 4, 4, 0);
        clock.advance(SETTLED);
        work.rewrap();
        assertView(show(), 2, 2, "done", 4, 4, 0);
        assertOpens(sealed(key));
    }

    @Test
    void pagesHoldAHundredAndTheNextRunGoesOn() {
        addKeys(150);
        rotate();
        // One for the column of the fingerprint's key, which is not full.
        work.rewrap();
        work.rewrap();
        assertView(show(), 2, 1, "running", 101, 153, 0);
        walk();
        assertView(show(), 2, 1, "verifying", 153, 153, 0);
        assertTrue(versions().stream().allMatch("v2"::equals));
    }

    @Test
    void rotatedAgainMeanwhileEverythingComesUnderTheLastVersion() {
        addKeys(150);
        rotate();
        work.rewrap();
        work.rewrap();
        assertView(rotate(), 3, 1, "running", 0, 153, 0);
        walk();
        clock.advance(SETTLED);
        work.rewrap();
        assertView(show(), 3, 3, "done", 153, 153, 0);
        assertTrue(versions().stream().allMatch("v3"::equals));
    }

    @Test
    void replicasThatWorkAtOnceDoEverythingOnce() throws InterruptedException {
        addKeys(350);
        rotate();
        Rows.LogMark mark = Rows.mark();
        atOnce(this::walk);
        clock.advance(SETTLED);
        atOnce(work::rewrap);
        assertView(show(), 2, 2, "done", 353, 353, 0);
        assertEquals(List.of("encryption_key.rewrap_ended"), mark.added(workspace));
    }

    @Test
    void rotatingAgainAndAgainWhileItIsRewrappedLetsNobodyWaitForTheOther() throws InterruptedException {
        rotate();
        Thread rewraps = Thread.ofPlatform().start(() -> {
            while (show().json().path("version").asInt() < 12) {
                work.rewrap();
            }
        });
        for (int version = 3; version <= 12; version++) {
            assertEquals(version, rotate().json().path("version").asInt());
        }
        assertTrue(rewraps.join(Duration.ofSeconds(20)));
        walk();
        clock.advance(SETTLED);
        work.rewrap();
        assertEquals(List.of("v12", "v12", "v12"), versions());
        assertEquals(12, show().json().path("lowestVersion").asInt());
    }

    @Test
    void aKeyWhoseTimeHasComeIsRotatedOnceByWhicheverReplica() throws InterruptedException {
        work.rotate();
        assertEquals(1, show().json().path("version").asInt());
        Rows.update(
                "update workspace_key set created_at = created_at - interval '91 days' where workspace_id = ?",
                workspace);
        Rows.LogMark mark = Rows.mark();
        atOnce(work::rotate);
        assertView(show(), 2, 1, "running", 0, 3, 0);
        assertEquals(List.of("encryption_key.rewrap_started", "encryption_key.rotated"), mark.added(workspace));
    }

    @Test
    void theScheduleWaitsForTheRewrapping() {
        rotate();
        Rows.update(
                "update encryption_key set rotated_at = rotated_at - interval '91 days' where workspace_id = ?",
                workspace);
        work.rotate();
        assertEquals(2, show().json().path("version").asInt());
        walk();
        clock.advance(SETTLED);
        work.rewrap();
        work.rotate();
        assertView(show(), 3, 2, "running", 0, 3, 0);
    }

    @Test
    void aRepeatedRequestRotatesOnce() {
        String once = "rotate-" + UUID.randomUUID();
        for (int i = 0; i < 2; i++) {
            Api.send("POST", "/v1/encryption-key/rotate", owner.token(), null, "Idempotency-Key", once)
                    .require(202);
        }
        assertEquals(2, show().json().path("version").asInt());
    }

    private static void atOnce(Runnable job) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> replicas = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        job.run();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .limit(3)
                .toList();
        start.countDown();
        for (Thread replica : replicas) {
            replica.join();
        }
    }

    private void walk() {
        while (show().json().path("rewrap").path("state").asText().equals("running")) {
            work.rewrap();
        }
    }

    private Reply rotate() {
        return Api.send("POST", "/v1/encryption-key/rotate", owner.token(), null)
                .require(202);
    }

    private Reply show() {
        return Api.get("/v1/encryption-key", owner.token()).require(200);
    }

    private static void assertView(Reply view, int version, int lowest, String state, int done, int total, int failed) {
        var rewrap = view.json().path("rewrap");
        assertEquals(
                List.of(version, lowest, state, done, total, failed),
                List.of(
                        view.json().path("version").asInt(),
                        view.json().path("lowestVersion").asInt(),
                        rewrap.path("state").asText(),
                        rewrap.path("done").asInt(),
                        rewrap.path("total").asInt(),
                        rewrap.path("failed").asInt()));
    }

    /** More provider keys, as quick as the database takes them. */
    private List<UUID> addKeys(int number) {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            UUID id = UUID.randomUUID();
            Rows.update(
                    "insert into provider_key select (jsonb_populate_record(k, jsonb_build_object('id', ?::text, 'sealed', ?::text))).*"
                            + " from provider_key k where id = ?",
                    id.toString(),
                    sealer.seal(binding(id), "sk-rotated-0123456789".getBytes(UTF_8)),
                    key);
            ids.add(id);
        }
        return ids;
    }

    private Binding binding(UUID id) {
        return new Binding(workspace, id, "provider-key", 1);
    }

    private static String sealed(UUID id) {
        return Rows.one("select sealed from provider_key where id = ?", id);
    }

    private Secret open(String sealed) {
        return sealer.open(binding(key), sealed);
    }

    private void assertOpens(String sealed) {
        try (Secret opened = open(sealed)) {
            assertEquals("sk-rotated-0123456789", new String(opened.bytes(), UTF_8));
        }
    }

    private List<String> versions() {
        return Rows.column(
                "select split_part(sealed, ':', 2) as v from (select sealed from provider_key where workspace_id = ?"
                        + " union all select sealed from fingerprint_key where workspace_id = ?"
                        + " union all select sealed_private_key from workspace_key where workspace_id = ?) as texts order by v",
                workspace,
                workspace,
                workspace);
    }

    private double counted(String outcome) {
        return metrics.counter("celune.crypto.rewraps", "outcome", outcome).count();
    }
}
