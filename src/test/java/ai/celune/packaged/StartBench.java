package ai.celune.packaged;

import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.PostgresResource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Row 1 of the performance page: from exec to the first answers, and memory, of Celune and of an empty Quarkus application, each as fast-jar and as
 * aot-jar with a cache that a run like the measured ones has trained. Celune starts on a database whose schema is there, as it does in production.
 */
class StartBench {
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 3;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);
    private static final String HEAP = "-Xmx512m";

    private final Wrk wrk = new Wrk(CONNECTIONS, SECONDS);

    /** A program with what it is asked first, and what it is asked under load. */
    private record Program(Service service, String first, Wrk.Request load) {}

    @Test
    void start() throws Exception {
        Programs.output(List.of("tools/start-programs"));
        Path folder = Path.of("target", "start-bench").toAbsolutePath();
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder);
                Service celune = Service.on("start-bench", database.properties(), "http://127.0.0.1:1");
                Service empty = Service.on("start-bench-empty", Map.of(), "http://127.0.0.1:1")) {
            Program ours = new Program(celune, "/.well-known/jwks.json", read(celune));
            Program least = new Program(empty, "/empty", new Wrk.Request("GET", empty.url() + "/empty", Map.of(), ""));
            Comparison comparison = new Comparison(
                    "Start and memory, " + HEAP,
                    "health answers, ms",
                    "the API answers, ms",
                    "RSS idle, MB",
                    "RSS after load, MB");
            add(comparison, "empty Quarkus, fast-jar", least, jar("empty-app/fast-jar/quarkus-app"), null);
            add(comparison, "Celune, fast-jar", ours, jar("quarkus-app"), null);
            Path emptyAot = jar("empty-app/aot-jar/quarkus-app");
            add(comparison, "empty Quarkus, AOT cache", least, emptyAot, trained(least, emptyAot));
            Path ownAot = jar("aot-app");
            add(comparison, "Celune, AOT cache", ours, ownAot, trained(ours, ownAot));
            comparison.rounds(1, 7).run();
        }
    }

    private static Path jar(String folder) {
        return Path.of("target", folder, "quarkus-run.jar");
    }

    /** Makes the schema and somebody who may read. */
    private static Wrk.Request read(Service celune) throws Exception {
        celune.start();
        String owner = celune.signUp(PostgresResource.BOOTSTRAP_CODE);
        String key = celune.apiKey(owner, List.of("settings:read")).get("key").asText();
        stop(celune);
        celune.set("quarkus.flyway.migrate-at-start", "false");
        return new Wrk.Request("GET", celune.url() + "/v1/settings", Map.of("Authorization", "Bearer " + key), "");
    }

    private Path trained(Program program, Path jar) throws Exception {
        Path cache = jar.resolveSibling("app.aot").toAbsolutePath();
        Files.deleteIfExists(cache);
        program.service.on(jar, HEAP, "-XX:AOTCacheOutput=" + cache).start();
        wrk.run(program.load);
        stop(program.service);
        if (!Files.exists(cache)) {
            throw new AssertionError("no AOT cache was written, see the program's log under target");
        }
        return cache;
    }

    private void add(Comparison comparison, String name, Program program, Path jar, @Nullable Path cache) {
        List<String> arguments = new ArrayList<>(List.of(HEAP));
        if (cache != null) {
            arguments.add("-XX:AOTCache=" + cache);
        }
        comparison.arm(name, () -> {
            Service service = program.service.on(jar, arguments.toArray(String[]::new));
            long begin = System.nanoTime();
            Process process = service.launch();
            while (!service.isReady()) {
                if (!process.isAlive()) {
                    throw new AssertionError(name + " did not start, see its log under target");
                }
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
            double ready = (System.nanoTime() - begin) / 1e6;
            service.require(200, "GET", program.first, null, null);
            double answered = (System.nanoTime() - begin) / 1e6;
            LockSupport.parkNanos(IDLE.toNanos());
            double idle = Machine.residentMegabytes(service.pid());
            wrk.run(program.load);
            double loaded = Machine.residentMegabytes(service.pid());
            stop(service);
            return new double[] {ready, answered, idle, loaded};
        });
    }

    private static void stop(Service service) throws InterruptedException {
        service.terminate();
        service.awaitExit(ENDS_WITHIN);
    }
}
