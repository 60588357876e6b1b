package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * kill -9 of the service and of a durable PostgreSQL under writes: what was answered as created is there, each row with its event and each event with its
 * row. {@code -Dcelune.crash.rounds} changes the number of rounds.
 */
class DoubleCrashIT {
    private static final int ROUNDS = Integer.getInteger("celune.crash.rounds", 15);
    private static final int WRITERS = 4;
    private static final Path FOLDER = Path.of("target", "double-crash").toAbsolutePath();

    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private final AtomicInteger serial = new AtomicInteger();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void noWriteThatWasAnsweredIsLost() throws Exception {
        OwnDatabase database = OwnDatabase.asEmbedded(FOLDER);
        try (Service service = Service.on("double-crash", database.properties(), "http://127.0.0.1:1")) {
            service.set("quarkus.log.console.level", "ERROR")
                    .set("celune.quota.provider-keys", "1000000")
                    .start();
            String key = key(service, service.signUp(PostgresResource.BOOTSTRAP_CODE));
            for (int round = 0; round < ROUNDS; round++) {
                boolean databaseToo = round % 2 == 0;
                write(service, key, databaseToo ? database.server().pid() : 0);
                if (databaseToo) {
                    database = database.restarted();
                }
                service.start();
                check(database, "round " + round + ", seed " + seed);
            }
            assertTrue(created.size() > ROUNDS, "hardly anything was written, seed " + seed);
        } finally {
            database.close();
        }
    }

    /** Writes until the service is gone, and in most cases the database before it. */
    private void write(Service service, String key, long database) throws InterruptedException {
        AtomicBoolean running = new AtomicBoolean(true);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(Thread.ofPlatform().start(() -> {
                while (running.get()) {
                    create(service, key);
                }
            }));
        }
        int before = created.size();
        Service.await("a write", () -> created.size() > before);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
        if (database != 0) {
            ProcessHandle.of(database).orElseThrow().destroyForcibly();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(100)));
        }
        service.kill();
        running.set(false);
        for (Thread writer : writers) {
            writer.join();
        }
    }

    private void create(Service service, String key) {
        String name = "key-" + serial.incrementAndGet();
        try {
            if (service.call("POST", "/v1/provider-keys", key, body(name)).statusCode() == 201) {
                created.add(name);
            }
        } catch (IOException e) {
            // Killed under the call: nobody was told that the key is there.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String body(String name) {
        return "{\"provider\":\"openai\",\"name\":\"" + name + "\",\"key\":\"stand-in-value\"}";
    }

    private void check(OwnDatabase database, String round) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            Set<String> lost = new TreeSet<>(created);
            try (var names = statement.executeQuery("select name from provider_key")) {
                while (names.next()) {
                    lost.remove(names.getString(1));
                }
            }
            assertEquals(Set.of(), lost, round);
            try (var rows =
                    statement.executeQuery("select (select count(*) from provider_key k where not exists (select"
                            + " from audit_event e where e.action = 'provider_key.created' and e.target_id = k.id::text)),"
                            + " (select count(*) from audit_event e where e.action = 'provider_key.created' and not exists (select"
                            + " from provider_key k where k.id::text = e.target_id))")) {
                rows.next();
                assertEquals(0, rows.getLong(1), "rows without an event, " + round);
                assertEquals(0, rows.getLong(2), "events without a row, " + round);
            }
        }
    }

    /** An API key, because access tokens end with the process that signed them. */
    private static String key(Service service, String owner) throws IOException, InterruptedException {
        return service.apiKey(owner, List.of("provider-keys:write")).get("key").asText();
    }
}
