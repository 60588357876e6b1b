package ai.celune.packaged;

import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The packaged service as a process of its own, on a database that outlives it, so that it can be killed and started again. */
final class Service implements AutoCloseable {
    static final String PASSWORD = "correct horse battery";

    /** Outcomes of calls that a database out of reach may have. */
    static final Set<String> UNAVAILABLE = Set.of("503 database_unavailable", "503 audit_unavailable");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

    private final Map<String, String> properties;
    private final Runnable dropDatabase;
    private final Path log;
    private final int port;
    private final int managementPort;
    // Quick to start rather than quick to run.
    private List<String> jvm = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");
    private Path jar = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private @Nullable Process process;

    private Service(String name, Map<String, String> database, Runnable dropDatabase, String providerUrl)
            throws IOException {
        this.properties = new HashMap<>(database);
        this.dropDatabase = dropDatabase;
        log = Path.of("target", name + ".log");
        Files.deleteIfExists(log);
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket other = new ServerSocket(0)) {
            port = one.getLocalPort();
            managementPort = other.getLocalPort();
        }
        set("quarkus.profile", "test");
        set("quarkus.http.port", Integer.toString(port));
        set("quarkus.management.port", Integer.toString(managementPort));
        set("celune.ratelimit.enabled", "false");
        set("celune.broker.provider.openai.base-url", providerUrl);
    }

    /**
     * A service on a fresh database of the tests' PostgreSQL.
     *
     * @param name of its log file under target
     */
    static Service onFreshDatabase(String name, String providerUrl) throws IOException {
        PostgresResource database = new PostgresResource();
        return new Service(name, database.start(), database::stop, providerUrl);
    }

    /** A service on a database that the test looks after. */
    static Service on(String name, Map<String, String> database, String providerUrl) throws IOException {
        return new Service(name, database, () -> {}, providerUrl);
    }

    /** With a real Vault in place of the keyring. */
    Service withVault(Map<String, String> vault) {
        properties.remove("celune.keyring.file");
        properties.putAll(vault);
        return this;
    }

    /** Sets a property for the next start. */
    Service set(String property, String value) {
        properties.put(property, value);
        return this;
    }

    /** Takes a property away for the next start. */
    Service unset(String property) {
        properties.remove(property);
        return this;
    }

    /** Another JVM than tests need: its arguments, and the program's jar. */
    Service on(Path otherJar, String... arguments) {
        jar = otherJar;
        jvm = List.of(arguments);
        return this;
    }

    /** As it runs in use, where all that the compiler can do counts. */
    Service compiledFully() {
        return on(jar, "-Xmx512m");
    }

    void start() throws IOException, InterruptedException {
        Process started = launch();
        await("start, see " + log, () -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("the service did not start, see " + log);
            }
            return isReady();
        });
    }

    /** Starts it and does not wait until it is ready. */
    Process launch() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(System.getProperty("java.home") + "/bin/java", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(jvm);
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-jar", jar.toString()));
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process = started;
        return started;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    boolean isReady() {
        try {
            return management("/q/health/ready", null).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits for what must come to be, a minute at most. */
    static void await(String what, BooleanSupplier condition) {
        await(what, STARTS_WITHIN, condition);
    }

    static void await(String what, Duration atMost, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > atMost.toNanos()) {
                throw new AssertionError("waited in vain: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** As by {@code kill -9}. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    /** As by {@code kill}; does not wait. */
    void terminate() {
        running().destroy();
    }

    /** The exit code, once the process has ended. */
    int awaitExit(Duration atMost) throws InterruptedException {
        if (!running().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the service still runs after " + atMost);
        }
        return running().exitValue();
    }

    long pid() {
        return running().pid();
    }

    /** Everything that it has written so far. */
    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    HttpResponse<String> call(
            String method, String path, @Nullable String token, @Nullable String body, String... headers)
            throws IOException, InterruptedException {
        return CLIENT.send(request(method, path, token, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    /** An answer whose body is read while it comes. */
    HttpResponse<InputStream> stream(String method, String path, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        return CLIENT.send(request(method, path, token, body), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** What came of a call: the status, of a refusal with the problem's code, or the exception. */
    String outcome(String method, String path, @Nullable String token, @Nullable String body, String... headers) {
        try {
            HttpResponse<String> answer = call(method, path, token, body, headers);
            return answer.statusCode() < 300
                    ? Integer.toString(answer.statusCode())
                    : answer.statusCode() + " "
                            + JSON.readTree(answer.body()).path("code").asText();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    /** Whether so many calls at once that every pooled connection has its turn are all answered. */
    boolean answersAll(String token) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads
                    .invokeAll(Collections.nCopies(64, () -> outcome("GET", "/v1/settings", token, null)))
                    .stream()
                    .allMatch(answer -> answer.resultNow().equals("200"));
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** A request that the test sends in its own way. */
    HttpRequest request(String method, String path, @Nullable String token, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(40))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /** GET on the management port. */
    HttpResponse<String> management(String path, @Nullable String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .timeout(Duration.ofSeconds(20));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The answer to a call that a test cannot go on without. */
    JsonNode require(int expected, String method, String path, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = call(method, path, token, body);
        if (answer.statusCode() != expected) {
            throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** The first person's access token. */
    String signUp(String accessCode) throws IOException, InterruptedException {
        String body =
                "{\"email\":\"owner@example.com\",\"password\":\"%s\",\"accessCode\":\"%s\",\"workspaceName\":\"W\"}"
                        .formatted(PASSWORD, accessCode);
        return require(201, "POST", "/v1/auth/sign-up", null, body)
                .get("accessToken")
                .asText();
    }

    /** An access token of somebody who has an account. */
    String signIn(String email) throws IOException, InterruptedException {
        String body = "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, PASSWORD);
        return require(200, "POST", "/v1/auth/sign-in", null, body)
                .get("accessToken")
                .asText();
    }

    /** Stores a provider key; its id. */
    String providerKey(String token) throws IOException, InterruptedException {
        String body = "{\"provider\":\"openai\",\"name\":\"k\",\"key\":\"stand-in-value\"}";
        return require(201, "POST", "/v1/provider-keys", token, body).get("id").asText();
    }

    /** A new API key, as it is shown this once. */
    JsonNode apiKey(String token, List<String> scopes, String... providerKeys)
            throws IOException, InterruptedException {
        Map<String, Object> wanted = Map.of("name", "a", "scopes", scopes, "bindings", List.of(providerKeys));
        return require(201, "POST", "/v1/api-keys", token, JSON.writeValueAsString(wanted));
    }

    @Override
    public void close() {
        kill();
        dropDatabase.run();
    }

    private Process running() {
        return Objects.requireNonNull(process, "not started");
    }
}
