package ai.celune.support;

import ai.celune.embedded.DataDirectory;
import ai.celune.embedded.Passwords;
import ai.celune.embedded.PostgresServer;
import ai.celune.embedded.RolesScript;
import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL per test JVM, with the embedded server's own code. It lives under target, so that a server left by a
 * killed run is found and stopped by the next one. Several JVMs at a time take a folder each.
 */
final class TestCluster {
    private static final int FOLDERS = 16;

    private static @Nullable TestCluster running;

    private final PostgresServer server;
    private final Passwords passwords;
    private final DataDirectory data;
    private final AtomicInteger databases = new AtomicInteger();

    private TestCluster(PostgresServer server, Passwords passwords, DataDirectory data) {
        this.server = server;
        this.passwords = passwords;
        this.data = data;
    }

    static synchronized TestCluster running() {
        if (running == null) {
            DataDirectory data = freeFolder();
            Passwords passwords = Passwords.loadOrCreate(data.file("postgresql-passwords"));
            // A test run survives no power cut anyway; everything else is as in use.
            PostgresServer server = PostgresServer.start(
                    data.path(), passwords.superuser(), "fsync=off", "max_connections=300", "shared_buffers=256MB");
            TestCluster cluster = new TestCluster(server, passwords, data);
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::stop, "stop-test-cluster"));
            running = cluster;
        }
        return running;
    }

    /** An empty database with the production roles; one of the same name from an earlier run goes first. */
    String freshDatabase() throws SQLException {
        String name = "celune_test_" + databases.incrementAndGet();
        drop(name);
        RolesScript.apply(server, name, passwords);
        return name;
    }

    void drop(String database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        server.jdbcUrl("postgres"), server.superuser(), server.superuserPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists " + database + " with (force)");
        }
    }

    PostgresServer server() {
        return server;
    }

    Passwords passwords() {
        return passwords;
    }

    Path folder() {
        return data.path();
    }

    private void stop() {
        server.close();
        try {
            data.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataDirectory freeFolder() {
        for (int i = 1; ; i++) {
            try {
                return DataDirectory.open(folder(i));
            } catch (Refusal inUse) {
                if (i == FOLDERS) {
                    throw inUse;
                }
            }
        }
    }

    private static Path folder(int number) {
        return Path.of("target", "test-postgresql", Integer.toString(number)).toAbsolutePath();
    }
}
