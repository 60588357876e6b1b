package ai.celune.packaged;

import ai.celune.embedded.EmbeddedDatabase;
import ai.celune.embedded.FileTree;
import ai.celune.embedded.Passwords;
import ai.celune.embedded.PostgresServer;
import ai.celune.embedded.RolesScript;
import ai.celune.launcher.Refusal;
import ai.celune.support.PostgresResource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server of its own with what configures Celune for it; durable, unlike the one that most tests share. */
record OwnDatabase(Path folder, PostgresServer server, Passwords passwords, String url) implements AutoCloseable {
    interface Starter {
        PostgresServer start(Passwords passwords);
    }

    /** Empty: the roles are still to be made. */
    static OwnDatabase in(Path folder, Starter starter) throws IOException {
        FileTree.delete(folder);
        Files.createDirectories(folder);
        Passwords passwords = Passwords.loadOrCreate(folder.resolve("passwords"));
        PostgresServer server = starter.start(passwords);
        return new OwnDatabase(folder, server, passwords, server.jdbcUrl("celune"));
    }

    /** The embedded version as {@code ./celune up} starts it, with the production roles. */
    static OwnDatabase asEmbedded(Path folder) throws IOException {
        OwnDatabase database = in(folder, passwords -> PostgresServer.start(folder, passwords.superuser()));
        RolesScript.apply(database.server, "celune", database.passwords);
        return database;
    }

    /** Its server on the same port, after somebody killed it: the last backends may hold the files for a moment. */
    OwnDatabase restarted() {
        PostgresServer[] started = new PostgresServer[1];
        Service.await("PostgreSQL again", () -> {
            try {
                started[0] = PostgresServer.start(folder, passwords.superuser(), "port=" + port());
                return true;
            } catch (Refusal stillHeld) {
                return false;
            }
        });
        return new OwnDatabase(folder, started[0], passwords, url);
    }

    /** A server that follows this one, from a copy of its files; from now on what is committed here is there, too. */
    OwnDatabase standby(Path itsFolder, int itsPort) throws IOException, SQLException {
        Path files = itsFolder.resolve("postgresql");
        FileTree.delete(itsFolder);
        Files.createDirectories(itsFolder);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', fast => true)");
            copy(folder.resolve("postgresql"), files);
            try (ResultSet backup = statement.executeQuery("select labelfile from pg_backup_stop()")) {
                backup.next();
                Files.writeString(files.resolve("backup_label"), backup.getString(1));
            }
        }
        Files.createFile(files.resolve("standby.signal"));
        String source = "host=127.0.0.1 port=%d user=%s password=%s"
                .formatted(port(), server.superuser(), passwords.superuser());
        PostgresServer standby = PostgresServer.start(
                itsFolder, passwords.superuser(), "port=" + itsPort, "primary_conninfo='" + source + "'");
        set("synchronous_standby_names = '*'");
        Service.await(
                "the standby",
                () -> superuser("select sync_state from pg_stat_replication").equals("sync"));
        return new OwnDatabase(itsFolder, standby, passwords, url.replace(":" + port() + "/", ":" + itsPort + "/"));
    }

    /** A backup needs neither the lock nor the log, which a standby is sent. */
    private static void copy(Path pgdata, Path to) throws IOException {
        List<Path> tree;
        try (Stream<Path> all = Files.walk(pgdata)) {
            tree = all.filter(path -> Files.isDirectory(path) || !path.startsWith(pgdata.resolve("pg_wal")))
                    .filter(path -> !path.endsWith("postmaster.pid"))
                    .toList();
        }
        for (Path path : tree) {
            Files.copy(path, to.resolve(pgdata.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    int port() {
        return URI.create(url.substring("jdbc:".length())).getPort();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, server.superuser(), server.superuserPassword());
    }

    Map<String, String> properties() throws IOException {
        Map<String, String> properties = new HashMap<>(EmbeddedDatabase.properties(url, passwords));
        Path code = Files.writeString(folder.resolve("bootstrap-code"), PostgresResource.BOOTSTRAP_CODE);
        properties.put("celune.bootstrap.access-code-file", code.toString());
        properties.put("celune.keyring.file", folder.resolve("keyring.json").toString());
        return properties;
    }

    /** One statement as superuser; the first column of its first row, if it has any. */
    String superuser(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? row.getString(1) : "";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** For all connections, also those that are open. */
    void set(String setting) {
        superuser("alter system set " + setting);
        superuser("select pg_reload_conf()");
    }

    /** What measurements rest on: version and durability. */
    String describe() {
        return "PostgreSQL " + superuser("show server_version") + ", fsync " + superuser("show fsync")
                + ", synchronous_commit " + superuser("show synchronous_commit");
    }

    @Override
    public void close() {
        server.close();
    }
}
