package ai.celune.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Keyring;
import ai.celune.support.PostgresResource;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;

/**
 * An installation of two replicas moves from its keyring to Vault as docs/operations.md says, while secrets are used and replaced through both, and the replica that works is
 * killed in the middle of a page. No call fails, and in the end everything opens without the keyring (R13).
 */
class KeyringMoveIT {
    private static final int SECRETS = Integer.getInteger("celune.secrets", 1_500);
    private static final int BATCH = 500;
    private static final byte[] VALUE = "stand-in-value".getBytes(UTF_8);
    private static final String MOVE = "/v1/platform/keyring-move";

    private final TestVault vault = TestVault.running();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean calling = new AtomicBoolean(true);
    private final List<UUID> secrets = new ArrayList<>();

    private UUID workspace = new UUID(0, 0);
    private volatile String owner = "";
    private String stored = "";
    private Path keyring = Path.of("");

    /** One of the two, and what stands before it: while it is restarted no call goes there. */
    private static final class Replica implements AutoCloseable {
        private final String name;
        private final Service service;
        private final ReentrantReadWriteLock inRotation = new ReentrantReadWriteLock();
        private volatile boolean killed;

        Replica(String name, Service service) {
            this.name = name;
            this.service = service;
        }

        @Override
        public void close() {
            service.close();
        }
    }

    private interface Change {
        void to(Service service) throws Exception;
    }

    @Test
    void twoReplicasMoveUnderLoadAndNoCallFails() throws Exception {
        try (OwnDatabase database =
                        OwnDatabase.asEmbedded(Path.of("target", "keyring-move").toAbsolutePath());
                StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Replica one = replica("move-one", database, provider);
                Replica other = replica("move-other", database, provider)) {
            keyring = Path.of(database.properties().get("celune.keyring.file"));
            one.service.start();
            owner = one.service.signUp(PostgresResource.BOOTSTRAP_CODE);
            workspace = UUID.fromString(one.service
                    .require(200, "GET", "/v1/me", owner, null)
                    .get("workspaceId")
                    .asText());
            stored = storedAnswer(one).body();
            other.service.start();
            fill(database, UUID.fromString(one.service.providerKey(owner)));
            List<Replica> replicas = List.of(one, other);
            List<Thread> callers = List.of(caller(one, 0), caller(other, 1));
            try {
                Service.await("calls on both", () -> calls.get() > 20);
                move(database, one, other);
            } finally {
                calling.set(false);
                for (Thread caller : callers) {
                    caller.join();
                }
            }
            assertEquals(List.of(), List.copyOf(failures));
            assertEverythingIsInVault(database, replicas);
        }
    }

    /** Bulk data: an answer that is kept under a data key, and given again to whoever repeats the request. */
    private HttpResponse<String> storedAnswer(Replica replica) throws Exception {
        return replica.service.call(
                "POST",
                "/v1/service-accounts",
                owner,
                "{\"name\":\"robot\",\"role\":\"member\"}",
                "Idempotency-Key",
                "before-the-move-0001");
    }

    /** The steps of docs/operations.md. */
    private void move(OwnDatabase database, Replica one, Replica other) throws Exception {
        List<Replica> replicas = List.of(one, other);
        assertEquals("409 keyring_move_not_ready", one.service.outcome("POST", MOVE, owner, "{\"dryRun\":false}"));
        Map<String, String> vaultProperties = vault.properties();
        roll(replicas, service -> {
            vaultProperties.forEach(service::set);
            service.set("celune.crypto.seal-by", "keyring");
        });
        JsonNode dry = run(one, true);
        assertEquals("done", dry.path("state").asText(), dry.toString());
        assertEquals(SECRETS, found(dry, "provider_key"));
        assertEquals("409 keyring_move_not_ready", one.service.outcome("POST", MOVE, owner, "{\"dryRun\":false}"));
        roll(replicas, service -> service.set("celune.crypto.seal-by", "vault"));
        one.service.require(202, "POST", MOVE, owner, "{\"dryRun\":false}");
        Replica killed = killInTheMiddleOfAPage(database, one, other);
        Replica left = killed == one ? other : one;
        int before = calls.get();
        killed.service.start();
        killed.killed = false;
        JsonNode moved = awaitEnd(left);
        assertTrue(calls.get() > before + 100, calls.get() - before + " calls after the kill");
        assertEquals("done", moved.path("state").asText(), moved.toString());
        // The rest was replaced by callers meanwhile, and so sealed by Vault anyway.
        int done = moved.path("done").asInt();
        assertTrue(done > SECRETS / 2 && done <= moved.path("total").asInt(), moved.toString());
        JsonNode nothing = run(left, true);
        for (String table : List.of("provider_key", "workspace_key", "fingerprint_key", "slack_connection")) {
            assertEquals(0, found(nothing, table), nothing.toString());
        }
        roll(replicas, service -> {
            service.unset("celune.keyring.file");
            service.unset("celune.crypto.seal-by");
        });
        Files.delete(keyring);
        int without = calls.get();
        Service.await("calls without a keyring", () -> calls.get() > without + 100);
    }

    private Replica replica(String name, OwnDatabase database, StreamingProvider provider) throws Exception {
        return new Replica(
                name,
                Service.on(name, database.properties(), provider.url())
                        .set("celune.crypto.rewrap-pace", "1s")
                        .set("quarkus.datasource.jdbc.additional-jdbc-properties.ApplicationName", name));
    }

    /** One after the other: out of rotation, stopped, and back with another configuration. */
    private void roll(List<Replica> replicas, Change change) throws Exception {
        for (Replica replica : replicas) {
            replica.inRotation.writeLock().lock();
            try {
                replica.service.terminate();
                replica.service.awaitExit(Duration.ofSeconds(30));
                change.to(replica.service);
                replica.service.start();
            } finally {
                replica.inRotation.writeLock().unlock();
            }
            int before = calls.get();
            Service.await("calls beside each other", () -> calls.get() > before + 50);
        }
        owner = replicas.getFirst().service.signIn("owner@example.com");
    }

    private JsonNode run(Replica replica, boolean dryRun) throws Exception {
        replica.service.require(202, "POST", MOVE, owner, "{\"dryRun\":%s}".formatted(dryRun));
        return awaitEnd(replica);
    }

    private JsonNode awaitEnd(Replica replica) throws Exception {
        Service.await("the end", Duration.ofMinutes(5), () -> show(replica).hasNonNull("finishedAt"));
        return show(replica);
    }

    private JsonNode show(Replica replica) {
        try {
            return replica.service.require(200, "GET", MOVE, owner, null).path("run");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int found(JsonNode run, String table) {
        for (JsonNode column : run.path("found")) {
            if (column.path("table").asText().equals(table)) {
                return column.path("values").asInt();
            }
        }
        throw new AssertionError(run.toString());
    }

    /** More provider keys than anybody would make by calls, sealed by the same keyring for where they stand. */
    private void fill(OwnDatabase database, UUID first) throws Exception {
        Keyring sealer = new Keyring(keyring, new SecureRandom());
        secrets.add(first);
        while (secrets.size() < SECRETS) {
            try (Connection connection = database.connect();
                    PreparedStatement insert = connection.prepareStatement("insert into provider_key"
                            + " select (jsonb_populate_record(k, jsonb_build_object('id', ?::text, 'sealed', ?::text))).*"
                            + " from provider_key k where id = ?")) {
                for (int i = 0; i < BATCH && secrets.size() < SECRETS; i++) {
                    UUID id = UUID.randomUUID();
                    insert.setString(1, id.toString());
                    insert.setString(2, sealer.seal(new Binding(workspace, id, "provider-key", 1), VALUE));
                    insert.setObject(3, first);
                    insert.addBatch();
                    secrets.add(id);
                }
                insert.executeBatch();
            }
        }
    }

    /** Uses one secret after another and replaces a few; whoever uses one next may be the other replica. */
    private Thread caller(Replica replica, int own) {
        return Thread.ofPlatform().start(() -> {
            for (int i = 0; calling.get(); i += 7) {
                boolean replaces = i % 20 == 0;
                // Each replaces its own: of two replacements at once one is a conflict.
                int which = replaces ? i % (SECRETS / 2) * 2 + own : i % SECRETS;
                String secret = secrets.get(which).toString();
                replica.inRotation.readLock().lock();
                try {
                    String outcome = replaces
                            ? replica.service.outcome(
                                    "PUT",
                                    "/v1/provider-keys/" + secret + "/value",
                                    owner,
                                    "{\"key\":\"stand-in-value\"}")
                            : replica.service.outcome(
                                    "POST", "/v1/proxy/openai/v1/answer", owner, "{}", "Celune-Provider-Key", secret);
                    if (outcome.equals("200")) {
                        calls.incrementAndGet();
                    } else if (replica.killed) {
                        Thread.onSpinWait();
                    } else {
                        failures.add(replica.name + " " + i + " " + outcome);
                    }
                } finally {
                    replica.inRotation.readLock().unlock();
                }
            }
        });
    }

    /**
     * Somebody holds a row in the midst of a later page, so that whoever re-wraps that page has changed some of its rows and not all when it dies.
     *
     * @return the replica that was killed
     */
    private Replica killInTheMiddleOfAPage(OwnDatabase database, Replica one, Replica other) throws Exception {
        Replica working;
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            try (var statement =
                    holder.prepareStatement("select id from provider_key order by id offset ? limit 1 for update")) {
                statement.setInt(1, SECRETS * 2 / 5 + 50);
                statement.execute();
            }
            String waiting = "select max(application_name) from pg_stat_activity"
                    + " where wait_event_type = 'Lock' and query like 'update provider_key set sealed =%'";
            Service.await(
                    "a page that waits for the row",
                    Duration.ofMinutes(2),
                    () -> String.valueOf(database.superuser(waiting)).startsWith("move-"));
            working = database.superuser(waiting).equals(one.name) ? one : other;
            working.killed = true;
            working.service.kill();
        }
        int moved =
                Integer.parseInt(database.superuser("select count(*) from provider_key where sealed like 'vault:%'"));
        assertTrue(moved > 0 && moved < SECRETS, moved + " of " + SECRETS);
        return working;
    }

    private void assertEverythingIsInVault(OwnDatabase database, List<Replica> replicas) throws Exception {
        assertEquals(
                "0",
                database.superuser("select (select count(*) from provider_key where sealed like 'ring:%')"
                        + " + (select count(*) from fingerprint_key where sealed like 'ring:%')"
                        + " + (select count(*) from workspace_key where sealed_private_key like 'ring:%')"));
        assertEquals("3", database.superuser("select count(*) from audit_event where action = 'keyring_move.ended'"));
        for (int i = 0; i < secrets.size(); i++) {
            assertEquals(
                    "200",
                    replicas.get(i % 2)
                            .service
                            .outcome(
                                    "POST",
                                    "/v1/proxy/openai/v1/answer",
                                    owner,
                                    "{}",
                                    "Celune-Provider-Key",
                                    secrets.get(i).toString()));
        }
        HttpResponse<String> replayed = storedAnswer(replicas.getFirst());
        assertEquals(
                "true", replayed.headers().firstValue("Idempotency-Replayed").orElse(""));
        assertEquals(stored, replayed.body());
    }
}
