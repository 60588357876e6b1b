package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.embedded.EmbeddedDatabase;
import ai.celune.embedded.FileTree;
import ai.celune.embedded.Passwords;
import ai.celune.embedded.PostgresServer;
import ai.celune.embedded.RolesScript;
import ai.celune.support.PostgresResource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL can refuse while it runs: typed errors, no partial effect, nothing lost that was answered, and everything works again afterwards. */
class PostgresFaultsIT {
    private final Path folder = Path.of("target", "postgres-faults").toAbsolutePath();
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private final AtomicInteger serial = new AtomicInteger();
    private boolean mounted;

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "--lazy", folder.toString());
        }
    }

    @Test
    void aFullDiskRefusesWritesAndLosesNone() throws Exception {
        FileTree.delete(folder);
        Files.createDirectories(folder);
        run("mount", "-t", "tmpfs", "-o", "size=240m", "tmpfs", folder.toString());
        mounted = true;
        with("max_wal_size=64MB", (server, service, owner) -> {
            Path filler = folder.resolve("filler");
            fill(filler);
            Service.await("the first refusal", () -> Service.UNAVAILABLE.contains(create(service, owner)));
            for (int i = 0; i < 20; i++) {
                String answer = create(service, owner);
                assertTrue(answer.equals("201") || Service.UNAVAILABLE.contains(answer), answer);
            }
            assertEquals(200, service.management("/q/health/live", null).statusCode());
            Files.delete(filler);
            Service.await("room again", () -> create(service, owner).equals("201"));
        });
    }

    @Test
    void whenOthersTakeAllConnectionsCallsAreRefusedOrServed() throws Exception {
        FileTree.delete(folder);
        Files.createDirectories(folder);
        with("max_connections=30", (server, service, owner) -> {
            List<Connection> storm = storm(server);
            try {
                Set<String> answers = new TreeSet<>(atOnce(40, () -> create(service, owner)));
                answers.removeAll(Service.UNAVAILABLE);
                answers.remove("201");
                assertEquals(Set.of(), answers);
            } finally {
                for (Connection connection : storm) {
                    connection.close();
                }
            }
            Service.await("connections again", () -> create(service, owner).equals("201"));
            assertEquals(Collections.nCopies(40, "201"), atOnce(40, () -> create(service, owner)));
        });
    }

    @Test
    void aLockThatIsNotGivenBackRefusesInTime() throws Exception {
        FileTree.delete(folder);
        Files.createDirectories(folder);
        with("max_connections=100", (server, service, owner) -> {
            try (Connection other = connect(server);
                    var statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("lock table service_account in access exclusive mode");
                long start = System.nanoTime();
                assertEquals("503 database_unavailable", create(service, owner));
                assertTrue(System.nanoTime() - start < Duration.ofSeconds(12).toNanos());
                other.rollback();
            }
            assertEquals("201", create(service, owner));
        });
    }

    private interface Scenario {
        void run(PostgresServer server, Service service, String owner) throws Exception;
    }

    private void with(String setting, Scenario scenario) throws Exception {
        Passwords passwords = Passwords.loadOrCreate(folder.resolve("passwords"));
        PostgresServer server = PostgresServer.start(folder, passwords.superuser(), setting);
        // A full disk may end it in the midst of its log; who runs PostgreSQL starts it again.
        server.keepRunning();
        try {
            RolesScript.apply(server, "celune", passwords);
            Map<String, String> properties =
                    new HashMap<>(EmbeddedDatabase.properties(server.jdbcUrl("celune"), passwords));
            properties.put(
                    "celune.bootstrap.access-code-file",
                    Files.writeString(folder.resolve("bootstrap-code"), PostgresResource.BOOTSTRAP_CODE)
                            .toString());
            Path keyring = Files.createTempDirectory("celune-keyring").resolve("keyring.json");
            properties.put("celune.keyring.file", keyring.toString());
            try (Service service = Service.on("postgres-faults", properties, "http://127.0.0.1:9")) {
                service.start();
                scenario.run(server, service, service.signUp(PostgresResource.BOOTSTRAP_CODE));
                assertNothingIsLostOrHalf(server);
            }
        } finally {
            server.close();
        }
    }

    /** Each answered row is there, and each row has its one event. */
    private void assertNothingIsLostOrHalf(PostgresServer server) throws SQLException {
        Set<String> stored = new TreeSet<>();
        try (Connection connection = connect(server);
                var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("select name from service_account")) {
                while (row.next()) {
                    stored.add(row.getString(1));
                }
            }
            assertTrue(stored.containsAll(created));
            try (var row = statement.executeQuery(
                    "select count(*) from audit_event where action = 'service_account.created'")) {
                row.next();
                assertEquals(stored.size(), row.getInt(1));
            }
        }
    }

    private String create(Service service, String owner) {
        String name = "s" + serial.incrementAndGet();
        String outcome = service.outcome(
                "POST", "/v1/service-accounts", owner, "{\"name\":\"" + name + "\",\"role\":\"member\"}");
        if (outcome.equals("201")) {
            created.add(name);
        }
        return outcome;
    }

    private static List<String> atOnce(int times, Callable<String> call) throws Exception {
        List<String> answers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(times)) {
            for (Future<String> answer : threads.invokeAll(Collections.nCopies(times, call))) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    /** All connections that the server still has to give. */
    private static List<Connection> storm(PostgresServer server) {
        List<Connection> storm = new ArrayList<>();
        while (true) {
            try {
                storm.add(connect(server));
            } catch (SQLException full) {
                return storm;
            }
        }
    }

    private static Connection connect(PostgresServer server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl("celune"), server.superuser(), server.superuserPassword());
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("space"), full.toString());
        }
    }

    /** Mounting takes root's right, or sudo without a password; without either this test fails and says so. */
    private static void run(String... command) throws Exception {
        List<String> all = new ArrayList<>();
        if (!System.getProperty("user.name").equals("root")) {
            all.addAll(List.of("sudo", "-n"));
        }
        all.addAll(List.of(command));
        assertEquals(0, new ProcessBuilder(all).inheritIO().start().waitFor(), String.join(" ", all));
    }
}
