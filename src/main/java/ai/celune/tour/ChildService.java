package ai.celune.tour;

import ai.celune.embedded.FileTree;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** This same program as a child process on a temporary data directory, which goes when it ends. */
final class ChildService implements AutoCloseable {
    private static final int START_SECONDS = 120;
    private static final int STOP_SECONDS = 30;

    private final Process process;
    private final Path directory;
    private final Thread onExit = new Thread(this::end, "stop-child");

    private ChildService(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /** {@code providerUrl} takes the place of the provider's address. */
    static ChildService start(String providerUrl) {
        try {
            Path directory = Files.createTempDirectory("celune-tour-");
            ProcessBuilder builder = new ProcessBuilder(command(directory))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile());
            builder.environment().put("CELUNE_BROKER_PROVIDER_OPENAI_BASE_URL", providerUrl);
            ChildService child = new ChildService(builder.start(), directory);
            Runtime.getRuntime().addShutdownHook(child.onExit);
            return child;
        } catch (IOException e) {
            throw Refusal.of("cannot start Celune: " + e.getMessage());
        }
    }

    private static List<String> command(Path directory) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Stream<String> program =
                Stream.of(java.toString(), "-jar", System.getProperty("java.class.path"), "up", "--port", "0");
        Stream<String> files = Stream.of(
                "--management-port",
                "0",
                "--data",
                directory.resolve("data").toString(),
                "--ready-file",
                directory.resolve("ready").toString());
        return Stream.concat(program, files).toList();
    }

    /** The content of the ready file; one progress line each second until then. */
    JsonNode awaitReady(Console console) {
        Path ready = directory.resolve("ready");
        long start = System.nanoTime();
        for (long seconds = 0; seconds < START_SECONDS; ) {
            if (Files.exists(ready)) {
                return read(ready);
            }
            if (ended(100)) {
                throw Refusal.of("Celune did not start: " + lastWords());
            }
            long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            if (now > seconds) {
                seconds = now;
                console.error("Starting Celune and its PostgreSQL … " + seconds + " s");
            }
        }
        throw Refusal.of("Celune did not start within " + START_SECONDS + " s: " + lastWords());
    }

    private static JsonNode read(Path ready) {
        try {
            return new ObjectMapper().readTree(ready.toFile());
        } catch (IOException e) {
            throw Refusal.of("cannot read the ready file: " + e.getMessage());
        }
    }

    /** What it said about itself, or else the last thing it said. */
    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("log")).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.stream()
                    .filter(line -> line.startsWith("celune: ") || line.contains(" ERROR "))
                    .findFirst()
                    .orElseGet(() -> lines.isEmpty() ? "it said nothing" : lines.getLast());
        } catch (IOException e) {
            return "no log";
        }
    }

    private boolean ended(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(onExit);
        end();
    }

    private void end() {
        process.destroy();
        if (!ended(TimeUnit.SECONDS.toMillis(STOP_SECONDS))) {
            process.destroyForcibly();
        }
        try {
            FileTree.delete(directory);
        } catch (IOException e) {
            throw Refusal.of("cannot delete " + directory + ": " + e.getMessage());
        }
    }
}
