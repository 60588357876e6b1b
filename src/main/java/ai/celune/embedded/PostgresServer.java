package ai.celune.embedded;

import ai.celune.launcher.PrivateFiles;
import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL on one data directory, durable as in production and reachable on 127.0.0.1 only, by password.
 * pg_ctl starts it in its own process group: a Ctrl-C reaches Celune alone, which first finishes and then stops the
 * server. A kill -9 of Celune leaves the server running; the next start finds it by its lock file and stops it.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String SUPERUSER = "postgres";

    private static final List<String> SETTINGS = List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=''",
            "fsync=on",
            "synchronous_commit=on",
            "password_encryption=scram-sha-256",
            "timezone=UTC",
            "log_timezone=UTC");
    private static final int RESTARTS = 20;
    private static final long RESTART_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

    private final PostgresPrograms programs;
    private final Path pgdata;
    private final Path log;
    private final int port;
    private final String superuserPassword;
    private final List<String> settings;
    private boolean closed;
    private @Nullable CompletableFuture<Void> watch;

    private PostgresServer(
            PostgresPrograms programs, Path pgdata, int port, String superuserPassword, List<String> settings) {
        this.programs = programs;
        this.pgdata = pgdata;
        this.log = pgdata.resolveSibling("postgresql.log");
        this.port = port;
        this.superuserPassword = superuserPassword;
        this.settings = settings;
    }

    /**
     * Starts on {@code directory/postgresql}, which is made when absent; the caller holds the directory's lock.
     * {@code settings} are {@code name=value} and win over ours.
     */
    public static PostgresServer start(Path directory, String superuserPassword, String... settings) {
        return start(PostgresPrograms.unpacked(), directory, superuserPassword, settings);
    }

    static PostgresServer start(
            PostgresPrograms programs, Path directory, String superuserPassword, String... settings) {
        Path pgdata = directory.resolve("postgresql");
        try {
            if (Files.exists(pgdata.resolve("PG_VERSION"))) {
                checkVersion(programs, pgdata);
                stopLeftover(programs, pgdata);
            } else {
                initialize(programs, pgdata, superuserPassword);
            }
            PostgresServer server =
                    new PostgresServer(programs, pgdata, freePort(), superuserPassword, List.of(settings));
            server.launch();
            return server;
        } catch (IOException e) {
            throw Refusal.of("cannot use " + pgdata + ": " + e.getMessage());
        }
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public String superuser() {
        return SUPERUSER;
    }

    public String superuserPassword() {
        return superuserPassword;
    }

    /** Process id of the server. */
    public long pid() {
        return PostmasterPid.read(pgdata).map(PostmasterPid::pid).orElseThrow();
    }

    /** From now on a server that dies by itself is started again on the same port. */
    public synchronized void keepRunning() {
        watch = ProcessHandle.of(pid())
                .map(ProcessHandle::onExit)
                .map(exit -> exit.thenRunAsync(this::restart))
                .orElse(null);
    }

    private void restart() {
        for (int i = 0; i < RESTARTS && !restarted(); i++) {
            LockSupport.parkNanos(RESTART_PAUSE);
        }
    }

    /** True when there is no more to do; the dead server's last backends may hold the files for a moment. */
    private synchronized boolean restarted() {
        if (closed) {
            return true;
        }
        try {
            launch();
            keepRunning();
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.cancel(false);
        }
        stop(programs, pgdata);
    }

    private static void checkVersion(PostgresPrograms programs, Path pgdata) throws IOException {
        String stored = Files.readString(pgdata.resolve("PG_VERSION")).strip();
        String ours = programs.majorVersion();
        if (!stored.equals(ours)) {
            throw Refusal.of(pgdata + " was made by PostgreSQL " + stored + " and this Celune brings " + ours
                    + ": choose another --data");
        }
    }

    private static void stopLeftover(PostgresPrograms programs, Path pgdata) throws IOException {
        Optional<PostmasterPid> left = PostmasterPid.read(pgdata);
        if (left.isEmpty()) {
            return;
        }
        if (left.get().isPostgres()) {
            stop(programs, pgdata);
        } else {
            Files.deleteIfExists(pgdata.resolve("postmaster.pid"));
        }
    }

    /** Into a second folder that is renamed when complete, so that an interrupted start leaves nothing half made. */
    private static void initialize(PostgresPrograms programs, Path pgdata, String superuserPassword)
            throws IOException {
        Path partial = pgdata.resolveSibling("postgresql.new");
        FileTree.delete(partial);
        Path passwordFile = pgdata.resolveSibling("postgresql.password");
        PrivateFiles.write(passwordFile, superuserPassword + "\n");
        PostgresPrograms.Result made;
        try {
            made = programs.run(
                    "initdb",
                    "--pgdata=" + partial,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions");
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        if (made.exit() != 0) {
            throw Refusal.of("PostgreSQL cannot make its files in " + partial + ": " + made.lastLine());
        }
        Files.move(partial, pgdata, StandardCopyOption.ATOMIC_MOVE);
    }

    private void launch() {
        String options = Stream.of(Stream.of("port=" + port), SETTINGS.stream(), settings.stream())
                .flatMap(group -> group)
                .map(setting -> "-c " + setting)
                .collect(Collectors.joining(" "));
        PostgresPrograms.Result started = programs.run(
                "pg_ctl",
                "start",
                "--pgdata=" + pgdata,
                "--log=" + log,
                "--wait",
                "--timeout=60",
                "--options=" + options);
        if (started.exit() != 0) {
            throw Refusal.of("PostgreSQL did not start (" + lastLine(log, started) + "); see " + log);
        }
    }

    private static void stop(PostgresPrograms programs, Path pgdata) {
        for (String mode : List.of("fast", "immediate")) {
            PostgresPrograms.Result stopped = programs.run(
                    "pg_ctl", "stop", "--pgdata=" + pgdata, "--mode=" + mode, "--wait", "--timeout=20", "--silent");
            if (stopped.exit() == 0 || PostmasterPid.read(pgdata).isEmpty()) {
                return;
            }
        }
    }

    private static String lastLine(Path log, PostgresPrograms.Result started) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("FATAL") || line.contains("PANIC"))
                    .reduce((first, second) -> second)
                    .orElseGet(started::lastLine);
        } catch (IOException e) {
            return started.lastLine();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
