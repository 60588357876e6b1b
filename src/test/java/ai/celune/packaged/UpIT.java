package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.embedded.FileTree;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ./celune up} and {@code run} as somebody at a terminal uses them. */
class UpIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path folder = Path.of("target", "up").toAbsolutePath();
    private final Path data = folder.resolve("data");
    private final Path readyFile = folder.resolve("ready.json");
    private final Path output = folder.resolve("output");
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void clean() throws IOException {
        FileTree.delete(folder);
        Files.createDirectories(folder);
    }

    @AfterEach
    void end() {
        started.forEach(process -> process.destroyForcibly().onExit().join());
        postgres().ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void dataOutlivesCtrlCAndKillAndNothingIsLeftRunning() throws Exception {
        Process first = up();
        JsonNode ready = ready();
        List<String> fields = new ArrayList<>();
        ready.fieldNames().forEachRemaining(fields::add);
        assertEquals(List.of("baseUrl", "managementUrl", "accessCode"), fields);
        String code = ready.get("accessCode").asText();
        assertEquals(201, post(ready, "sign-up", "\"accessCode\":\"" + code + "\",\"workspaceName\":\"W\","));
        String said = Files.readString(output);
        assertTrue(said.contains("Access code  " + code), said);
        assertEquals(
                3, said.lines().filter(line -> line.strip().startsWith("curl ")).count(), said);
        // On somebody's own machine nobody needs a credential for them; elsewhere: OperationsIT.
        String metrics = HTTP.send(
                        HttpRequest.newBuilder(
                                        URI.create(ready.get("managementUrl").asText() + "/q/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        assertTrue(metrics.contains("celune_clock_offset_seconds"), metrics);
        interrupt(first);

        long start = System.nanoTime();
        Process second = up();
        JsonNode again = ready();
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(40), "a second start is quick");
        assertTrue(again.get("accessCode").isNull());
        assertEquals(200, post(again, "sign-in", ""));
        second.destroyForcibly().onExit().join();
        assertTrue(postgres().isPresent(), "kill -9 leaves PostgreSQL behind");

        Process third = up();
        assertEquals(200, post(ready(), "sign-in", ""));
        interrupt(third);
    }

    @Test
    void aPortThatIsTakenIsSaidInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = celune("up", "--port", Integer.toString(taken.getLocalPort()), "--data", data.toString());
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertNotEquals(0, process.exitValue());
            assertEquals(
                    "celune: port " + taken.getLocalPort() + " is in use: stop what uses it or choose another --port\n",
                    Files.readString(output));
            assertFalse(Files.exists(data));
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsSaidInOneLine() throws Exception {
        Process process = celune("up", "--port", "0", "--data", "/proc/celune");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertNotEquals(0, process.exitValue());
        assertEquals("celune: cannot write to the data directory /proc/celune\n", Files.readString(output));
    }

    /** In a copy that finds no other JDK than the one it is told of, with a program that says it is a JDK 17. */
    @Test
    void aWrongJdkIsSaidInOneLine() throws Exception {
        Path javac = Files.createDirectories(folder.resolve("jdk/bin")).resolve("javac");
        Files.writeString(javac, "#!/bin/sh\necho javac 17.0.9\n");
        assertTrue(javac.toFile().setExecutable(true));
        Path copy = Files.createDirectories(folder.resolve("copy/tools"));
        Files.copy(Path.of("celune"), copy.resolveSibling("celune"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(
                copy.resolve("jdk25.sh"),
                Files.readString(Path.of("tools/jdk25.sh"))
                        .replaceAll("/usr/lib/jvm/\\* (?s:.*?); do", "; do")
                        .replace("command -v java", "false"));
        ProcessBuilder builder = new ProcessBuilder(
                        copy.resolveSibling("celune").toString(), "up")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        Process process = builder.start();
        started.add(process);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertEquals(
                "Celune needs a JDK 25 and found none (JAVA_HOME, PATH, /usr/lib/jvm):"
                        + " install one, for example Temurin 25, or set JAVA_HOME\n",
                Files.readString(output));
    }

    @Test
    void runSetsTheVariablesAndGivesTheExitCodeBack() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "a-key\n");
        Process process = celune(
                "run",
                "--base-url",
                "http://127.0.0.1:1",
                "--api-key-file",
                key.toString(),
                "--",
                "sh",
                "-c",
                "echo $OPENAI_BASE_URL $ANTHROPIC_BASE_URL $OPENAI_API_KEY $ANTHROPIC_API_KEY; exit 7");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(7, process.exitValue());
        assertEquals(
                "http://127.0.0.1:1/v1/proxy/openai/v1 http://127.0.0.1:1/v1/proxy/anthropic a-key a-key\n",
                Files.readString(output));
    }

    private Process up() throws IOException {
        Files.deleteIfExists(readyFile);
        return celune("up", "--port", "0", "--data", data.toString(), "--ready-file", readyFile.toString());
    }

    private Process celune(String... arguments) throws IOException {
        // Whoever runs the tests in the background has them ignore Ctrl-C, and a JVM keeps to what it inherits.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", "./celune"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        started.add(process);
        return process;
    }

    private JsonNode ready() throws IOException {
        Service.await("the ready file, see " + output, () -> Files.exists(readyFile));
        return JSON.readTree(readyFile.toFile());
    }

    /** As Ctrl-C does. */
    private void interrupt(Process process) throws Exception {
        assertTrue(postgres().isPresent());
        assertEquals(
                0,
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(postgres().isEmpty(), "PostgreSQL ends too");
    }

    /** The embedded server, by the file in which it writes its process id. */
    private java.util.Optional<ProcessHandle> postgres() {
        try {
            Path file = data.resolve("postgresql").resolve("postmaster.pid");
            return Files.exists(file)
                    ? ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst()))
                            .filter(ProcessHandle::isAlive)
                    : java.util.Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int post(JsonNode ready, String operation, String fields) throws Exception {
        String body = "{" + fields + "\"email\":\"up@example.com\",\"password\":\"" + Service.PASSWORD + "\"}";
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create(ready.get("baseUrl").asText() + "/v1/auth/" + operation))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
