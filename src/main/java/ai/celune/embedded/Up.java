package ai.celune.embedded;

import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** {@code up}: the data directory, the database, the service, in this order, and back in the opposite one. */
public final class Up {
    /** Where {@link Announcement} finds what it needs; the service runs in a class loader of its own. */
    static final String DATA_PROPERTY = "celune.local.data";

    static final String READY_FILE_PROPERTY = "celune.local.ready-file";

    private static final Logger LOG = Logger.getLogger(Up.class);
    private static final String DATABASE = "celune";
    private static final long STOP_SECONDS = 20;

    private final UpOptions options;
    private final Console console;
    private final CountDownLatch serviceEnded = new CountDownLatch(1);
    private final CountDownLatch databaseEnded = new CountDownLatch(1);

    public Up(UpOptions options, Console console) {
        this.options = options;
        this.console = console;
    }

    public int run() {
        checkPort("--port", options.port());
        checkPort("--management-port", options.managementPort());
        try (DataDirectory data = DataDirectory.open(options.data())) {
            Passwords passwords = Passwords.loadOrCreate(data.file("postgresql-passwords"));
            console.error("Starting PostgreSQL in " + data.path());
            PostgresServer server = PostgresServer.start(data.path(), passwords.superuser());
            Runtime.getRuntime().addShutdownHook(new Thread(this::awaitEnd, "await-embedded-parts"));
            try {
                server.keepRunning();
                RolesScript.apply(server, DATABASE, passwords);
                configure(data, server, passwords);
                console.error("Starting Celune");
                return serve();
            } finally {
                serviceEnded.countDown();
                server.close();
                databaseEnded.countDown();
            }
        } catch (IOException e) {
            throw Refusal.of("cannot close the data directory " + options.data());
        }
    }

    private int serve() {
        AtomicInteger exit = new AtomicInteger();
        Quarkus.run(Announcement.class, (code, failure) -> {
            if (failure != null) {
                LOG.error("Celune could not start", failure);
            }
            exit.set(code);
        });
        return exit.get();
    }

    private void configure(DataDirectory data, PostgresServer server, Passwords passwords) {
        EmbeddedDatabase.properties(server.jdbcUrl(DATABASE), passwords).forEach(System::setProperty);
        System.setProperty("quarkus.profile", "local");
        listenOnThisMachine("quarkus.http.host", "QUARKUS_HTTP_HOST");
        listenOnThisMachine("quarkus.management.host", "QUARKUS_MANAGEMENT_HOST");
        System.setProperty("quarkus.http.port", Integer.toString(options.port()));
        System.setProperty("quarkus.management.port", Integer.toString(options.managementPort()));
        System.setProperty("quarkus.log.console.stderr", "true");
        Path keyring = data.file("keyring.json");
        // With Vault it is only there until everything was moved out of it.
        if (Files.exists(keyring) || !isTold("celune.vault.url", "CELUNE_VAULT_URL")) {
            System.setProperty("celune.keyring.file", keyring.toString());
        }
        System.setProperty(
                "celune.bootstrap.access-code-file", data.bootstrapCode().toString());
        System.setProperty(DATA_PROPERTY, data.path().toString());
        if (options.readyFile() != null) {
            System.setProperty(
                    READY_FILE_PROPERTY, options.readyFile().toAbsolutePath().toString());
        }
    }

    /** The embedded parts are for whoever sits at this machine, unless the environment says otherwise. */
    private static void listenOnThisMachine(String property, String variable) {
        if (!isTold(property, variable)) {
            System.setProperty(property, "127.0.0.1");
        }
    }

    private static boolean isTold(String property, String variable) {
        return System.getenv(variable) != null || System.getProperty(property) != null;
    }

    /** On Ctrl-C the JVM ends when its hooks do: hold it until the main thread has stopped the database. */
    private void awaitEnd() {
        try {
            if (serviceEnded.await(STOP_SECONDS, TimeUnit.SECONDS)
                    && !databaseEnded.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                console.error("PostgreSQL is still stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void checkPort(String option, int port) {
        // Live reload keeps its ports open while everything else starts again.
        if (port == 0 || LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
        } catch (IOException e) {
            throw Refusal.of("port " + port + " is in use: stop what uses it or choose another " + option);
        }
    }
}
