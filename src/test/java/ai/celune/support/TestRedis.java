package ai.celune.support;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Redis of one test, which keeps nothing on disk and can be killed, stopped and started again on its port. The program is what {@code tools/server
 * redis} found or made; without it a test fails and says so.
 */
public final class TestRedis implements AutoCloseable {
    private static final long STARTS_WITHIN = Duration.ofSeconds(20).toNanos();

    private final int port;
    private final String password;
    private final List<String> options;
    private final Vertx vertx = Vertx.vertx();
    private final Redis client;
    private Process process;

    private TestRedis(String password, List<String> options) throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        this.password = password;
        this.options = options;
        client = connectTo();
        process = launch();
        awaitStart();
    }

    /** With settings as on the command line. */
    public static TestRedis start(String... options) {
        return start("", List.of(options));
    }

    public static TestRedis withPassword(String password) {
        return start(password, List.of("--requirepass", password));
    }

    private static TestRedis start(String password, List<String> options) {
        try {
            return new TestRedis(password, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                RealServers.program("redis"),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no"));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "redis-" + port + ".log").toFile()))
                .start();
    }

    private void awaitStart() {
        long begin = System.nanoTime();
        while (answer(Command.PING).failed()) {
            if (!process.isAlive() || System.nanoTime() - begin > STARTS_WITHIN) {
                throw new IllegalStateException("Redis did not start, see target/redis-" + port + ".log");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    public String url() {
        return "redis://" + (password.isEmpty() ? "" : ":" + password + "@") + "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** A client as the service has it. */
    public Redis connectTo() {
        return connectTo(url());
    }

    /** The same by another address, through a proxy for example. */
    public Redis connectTo(String url) {
        return Redis.createClient(
                vertx, new RedisOptions().setConnectionString(url).setProtocolNegotiation(false));
    }

    /** Takes all slots of a cluster that it is alone in. */
    public void formCluster() {
        ask(Command.CLUSTER, "ADDSLOTSRANGE", 0, 16_383);
        while (!ask(Command.CLUSTER, "INFO").contains("cluster_state:ok")) {
            Thread.onSpinWait();
        }
    }

    public Redis connectToCluster() {
        return Redis.createClient(
                vertx,
                new RedisOptions()
                        .setType(RedisClientType.CLUSTER)
                        .setConnectionString(url())
                        .setProtocolNegotiation(false));
    }

    /** What it answers; an error is one of the test. */
    public String ask(Command command, Object... arguments) {
        Future<String> answer = answer(command, arguments);
        if (answer.failed()) {
            throw new IllegalStateException(command.toString(), answer.cause());
        }
        return answer.result();
    }

    public Set<String> keys() {
        return Set.of(ask(Command.EVAL, "return table.concat(redis.call('KEYS', '*'), ' ')", 0)
                .split(" "));
    }

    /** The server's time. */
    public long micros() {
        return Long.parseLong(ask(
                Command.EVAL, "local time = redis.call('TIME') return string.format('%s%06d', time[1], time[2])", 0));
    }

    private Future<String> answer(Command command, Object... arguments) {
        Request request = Request.cmd(command);
        for (Object argument : arguments) {
            request.arg(argument.toString());
        }
        Future<String> answer = client.send(request).map(String::valueOf);
        answer.toCompletionStage()
                .toCompletableFuture()
                .handle((value, failure) -> value)
                .join();
        return answer;
    }

    /** As by {@code kill -9}. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** On the same port, with nothing in it. */
    public void startAgain() {
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitStart();
    }

    /** Lets it hang, connections and all, until {@link #resume}. */
    public void hang() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
