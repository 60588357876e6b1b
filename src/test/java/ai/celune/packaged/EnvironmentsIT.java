package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.embedded.OtherPostgres;
import ai.celune.embedded.Passwords;
import ai.celune.embedded.RolesScript;
import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.support.PostgresResource;
import ai.celune.support.RealServers;
import ai.celune.support.TestVault;
import ai.celune.tour.TourCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The main job, by the tour, in every environment that is promised: other PostgreSQL versions and role names, a pooler in front, Vault. */
class EnvironmentsIT {
    private final Path folder = Path.of("target", "environment").toAbsolutePath();

    @Test
    void postgresql16() throws Exception {
        try (OwnDatabase database =
                OwnDatabase.in(folder, passwords -> OtherPostgres.start(16, folder, passwords.superuser()))) {
            RolesScript.apply(database.server(), "celune", database.passwords());
            tour(database.properties());
        }
    }

    @Test
    void postgresql17WithRolesOfOtherNames() throws Exception {
        try (OwnDatabase database =
                OwnDatabase.in(folder, passwords -> OtherPostgres.start(17, folder, passwords.superuser()))) {
            OtherPostgres.roles(database.server(), "celune", database.passwords(), "other");
            Map<String, String> properties = database.properties();
            properties.replaceAll((name, value) -> value.replace("celune_", "other_"));
            for (String role : List.of("owner", "app", "authn", "audit")) {
                properties.put("celune.database." + role, "other_" + role);
            }
            tour(properties);
        }
    }

    /** Each transaction may run on another connection of the server, so nothing may rest on a session. */
    @Test
    void aPoolerInTransactionMode() throws Exception {
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder)) {
            Map<String, String> properties = database.properties();
            int port = freePort();
            Process pooler = pooler(database, port);
            try {
                for (String pool : List.of("", "authn.", "audit.")) {
                    properties.put(
                            "quarkus.datasource." + pool + "jdbc.url",
                            "jdbc:postgresql://127.0.0.1:" + port + "/celune");
                    // The pooler of Debian 12 knows no prepared statements across transactions.
                    properties.put(
                            "quarkus.datasource." + pool + "jdbc.additional-jdbc-properties.prepareThreshold", "0");
                }
                tour(properties);
            } finally {
                pooler.destroyForcibly();
            }
        }
    }

    @Test
    void vault() throws Exception {
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder)) {
            Map<String, String> properties = database.properties();
            properties.remove("celune.keyring.file");
            properties.putAll(TestVault.running().properties());
            tour(properties);
        }
    }

    private void tour(Map<String, String> properties) throws Exception {
        int provider = freePort();
        try (Service service = Service.on("environment", properties, "http://127.0.0.1:" + provider)) {
            service.set("quarkus.profile", "local")
                    .set("celune.ratelimit.enabled", "true")
                    .start();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
            int exit = TourCommand.run(
                    new Arguments(List.of(
                            "--base-url",
                            service.url(),
                            "--access-code",
                            PostgresResource.BOOTSTRAP_CODE,
                            "--provider-port",
                            Integer.toString(provider))),
                    new Console(out, out));
            assertEquals(0, exit, said.toString(StandardCharsets.UTF_8));
        }
    }

    private Process pooler(OwnDatabase database, int port) throws IOException {
        Passwords passwords = database.passwords();
        Path users = Files.writeString(
                folder.resolve("users.txt"), """
                "celune_app" "%s"
                "celune_authn" "%s"
                "celune_audit" "%s"
                """.formatted(passwords.app(), passwords.authn(), passwords.audit()));
        URI server = URI.create(database.server().jdbcUrl("celune").substring("jdbc:".length()));
        Path settings =
                Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                celune = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %s
                pool_mode = transaction
                default_pool_size = 6
                ignore_startup_parameters = extra_float_digits
                """.formatted(server.getPort(), port, users));
        // It refuses to run as root; in a user namespace it is nobody, as PostgreSQL is.
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(RealServers.program("pgbouncer"), settings.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
