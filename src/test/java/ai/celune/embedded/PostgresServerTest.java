package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    /** A killed Celune leaves its server; the data it held is there in the next one. */
    @Test
    void serverLeftBehindIsStoppedAndItsDataKept(@TempDir Path directory) throws Exception {
        Passwords passwords = passwords(directory);
        PostgresServer abandoned = PostgresServer.start(directory, passwords.superuser());
        query(abandoned, passwords, "create table kept as select 42 as answer", false);
        ProcessHandle left = ProcessHandle.of(abandoned.pid()).orElseThrow();

        try (PostgresServer next = PostgresServer.start(directory, passwords.superuser())) {
            left.onExit().get(10, TimeUnit.SECONDS);
            assertEquals("42", query(next, passwords, "select answer from kept", true));
            assertEquals("on", query(next, passwords, "show fsync", true));
            assertEquals("on", query(next, passwords, "show synchronous_commit", true));
        }
    }

    @Test
    void killedServerComesBackOnItsPort(@TempDir Path directory) throws Exception {
        Passwords passwords = passwords(directory);
        try (PostgresServer server = PostgresServer.start(directory, passwords.superuser())) {
            server.keepRunning();
            assertTrue(ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly());
            assertEquals("1", eventually(server, passwords));
        }
    }

    @Test
    void staleLockFileOfAnotherProgramIsNoObstacle(@TempDir Path directory) throws Exception {
        Passwords passwords = passwords(directory);
        PostgresServer.start(directory, passwords.superuser()).close();
        Path lock = directory.resolve("postgresql/postmaster.pid");
        Files.writeString(lock, ProcessHandle.current().pid() + "\n" + directory + "\n1\n5432\n");
        try (PostgresServer server = PostgresServer.start(directory, passwords.superuser())) {
            assertEquals("1", query(server, passwords, "select 1", true));
        }
    }

    @Test
    void filesOfAnotherVersionAreRefusedInOneLine(@TempDir Path directory) throws Exception {
        Files.createDirectories(directory.resolve("postgresql"));
        Files.writeString(directory.resolve("postgresql/PG_VERSION"), "15\n");
        Refusal refusal = assertThrows(Refusal.class, () -> PostgresServer.start(directory, "unused"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("was made by PostgreSQL 15"));
    }

    @Test
    void wrongPasswordIsRefused(@TempDir Path directory) throws Exception {
        Passwords passwords = passwords(directory);
        try (PostgresServer server = PostgresServer.start(directory, passwords.superuser())) {
            assertThrows(
                    SQLException.class,
                    () -> DriverManager.getConnection(server.jdbcUrl("postgres"), server.superuser(), "wrong"));
        }
    }

    @Test
    void rolesCanBeAppliedTwiceAndSeparateTheirRights(@TempDir Path directory) throws Exception {
        Passwords passwords = passwords(directory);
        try (PostgresServer server = PostgresServer.start(directory, passwords.superuser())) {
            RolesScript.apply(server, "celune", passwords);
            RolesScript.apply(server, "celune", passwords);

            Map<String, String> properties = EmbeddedDatabase.properties(server.jdbcUrl("celune"), passwords);
            try (Connection migrate = connect(properties, "quarkus.flyway.jdbc-url", "quarkus.flyway.");
                    Statement statement = migrate.createStatement()) {
                assertThrows(SQLException.class, () -> statement.execute("create table early (id int)"));
                statement.execute("set role celune_owner");
                statement.execute("create table made (id int)");
            }
            try (Connection app = connect(properties, "quarkus.datasource.jdbc.url", "quarkus.datasource.");
                    Statement statement = app.createStatement()) {
                assertThrows(SQLException.class, () -> statement.execute("create table mine (id int)"));
                assertThrows(SQLException.class, () -> statement.execute("select * from made"));
                assertThrows(SQLException.class, () -> statement.execute("set role celune_owner"));
            }
        }
    }

    private static Passwords passwords(Path directory) {
        return Passwords.loadOrCreate(directory.resolve("passwords"));
    }

    private static Connection connect(Map<String, String> properties, String url, String prefix) throws SQLException {
        return DriverManager.getConnection(
                properties.get(url), properties.get(prefix + "username"), properties.get(prefix + "password"));
    }

    private static String eventually(PostgresServer server, Passwords passwords) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return query(server, passwords, "select 1", true);
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private static String query(PostgresServer server, Passwords passwords, String sql, boolean result)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        server.jdbcUrl("postgres"), server.superuser(), passwords.superuser());
                Statement statement = connection.createStatement()) {
            if (!result) {
                statement.execute(sql);
                return "";
            }
            try (ResultSet rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getString(1);
            }
        }
    }
}
