package ai.celune.support;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.vaultsetup.VaultSetup;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One real Vault per test JVM: not in development mode, initialised, unsealed, with a file audit device, and prepared by our own {@code vault-setup}. The
 * program is what {@code tools/server vault} found or built; without it a test fails and says so.
 */
public final class TestVault {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration START = Duration.ofSeconds(60);
    private static @Nullable TestVault running;

    private final Path folder;
    private final int port;
    private final ServerCertificate certificate;
    private final int tlsPort;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private String rootToken = "";
    private String unsealKey = "";

    private TestVault() throws IOException {
        folder = Files.createTempDirectory("celune-vault");
        port = freePort();
        tlsPort = freePort();
        certificate = ServerCertificate.create("localhost");
        Files.writeString(folder.resolve("vault.hcl"), """
                storage "raft" {
                  path = "%1$s"
                  node_id = "test"
                  performance_multiplier = 1
                }
                listener "tcp" {
                  address = "127.0.0.1:%2$d"
                  tls_disable = true
                }
                listener "tcp" {
                  address = "127.0.0.1:%4$d"
                  tls_cert_file = "%5$s"
                  tls_key_file = "%6$s"
                  tls_client_ca_file = "%5$s"
                  tls_require_and_verify_client_cert = true
                }
                api_addr = "http://127.0.0.1:%2$d"
                cluster_addr = "https://127.0.0.1:%3$d"
                disable_mlock = true
                """.formatted(
                        folder, port, freePort(), tlsPort, certificate.pem(), certificate.keyPem()));
        process = new ProcessBuilder(RealServers.program("vault"), "server", "-config=" + folder.resolve("vault.hcl"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("vault.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "stop-test-vault"));
    }

    public static synchronized TestVault running() {
        if (running == null) {
            try {
                running = new TestVault();
                running.initialise();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return running;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void initialise() throws IOException {
        await("start", () -> status("sys/health") > 0);
        JsonNode keys = put("sys/init", Map.of("secret_shares", 1, "secret_threshold", 1));
        rootToken = keys.path("root_token").asText();
        unsealKey = keys.path("keys").path(0).asText();
        unseal();
        put(
                "sys/audit/file",
                Map.of("type", "file", "options", Map.of("file_path", auditLog().toString())));
        setUp("--approle", "approle");
    }

    /** Runs {@code vault-setup} with these arguments and returns what it printed. */
    public String setUp(String... arguments) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int exit = VaultSetup.run(
                new Arguments(List.of(arguments)),
                Map.of("VAULT_ADDR", url().toString(), "VAULT_TOKEN", rootToken),
                new Console(out, out));
        if (exit != 0) {
            throw new IllegalStateException(printed.toString(StandardCharsets.UTF_8));
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The same Vault by TLS, which asks for {@link #certificate()} from both sides. */
    public URI tlsUrl() {
        return URI.create("https://localhost:" + tlsPort);
    }

    public ServerCertificate certificate() {
        return certificate;
    }

    public Path auditLog() {
        return folder.resolve("audit.log");
    }

    public void seal() {
        put("sys/seal", Map.of());
    }

    public void unseal() {
        put("sys/unseal", Map.of("key", unsealKey));
        await("become active", () -> status("sys/health") == 200);
    }

    /** A token with one policy, as an operator would issue it. */
    public String token(String policy, String ttl) {
        return post("auth/token/create", Map.of("policies", List.of(policy), "ttl", ttl, "no_parent", true))
                .path("auth")
                .path("client_token")
                .asText();
    }

    /** A file with such a token. */
    public Path tokenFile(String policy) {
        try {
            return Files.writeString(Files.createTempFile(folder, "token", ""), token(policy, "1h") + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What configures Celune for this Vault, with a token per identity. */
    public Map<String, String> properties() {
        return Map.of(
                "celune.vault.url", url().toString(),
                "celune.vault.runtime.token-file", tokenFile("celune-runtime").toString(),
                "celune.vault.key-worker.token-file",
                        tokenFile("celune-key-worker").toString());
    }

    /** An operator's write. */
    public JsonNode post(String path, Map<String, ?> body) {
        return answer("POST", path, rootToken, body);
    }

    /** What an operator reads there. */
    public JsonNode read(String path) {
        return answer("GET", path, rootToken, Map.of()).path("data");
    }

    private JsonNode put(String path, Map<String, ?> body) {
        return answer("PUT", path, rootToken, body);
    }

    /** The status that somebody's request gets. */
    public int status(String method, String path, String token, Map<String, ?> body) {
        return send(method, path, token, body).statusCode();
    }

    private int status(String path) {
        try {
            return http.send(
                            HttpRequest.newBuilder(url().resolve("/v1/" + path)).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException notYet) {
            if (!process.isAlive()) {
                throw new IllegalStateException("Vault ended, see " + folder.resolve("vault.log"), notYet);
            }
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode answer(String method, String path, String token, Map<String, ?> body) {
        HttpResponse<byte[]> response = send(method, path, token, body);
        try {
            if (response.statusCode() >= 300) {
                throw new IllegalStateException(path + ": " + response.statusCode() + " "
                        + new String(response.body(), StandardCharsets.UTF_8));
            }
            return response.body().length == 0 ? JSON.missingNode() : JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<byte[]> send(String method, String path, String token, Map<String, ?> body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(url().resolve("/v1/" + path))
                            .header("X-Vault-Token", Objects.requireNonNull(token))
                            .method(method, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                            .build(),
                    BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, java.util.function.BooleanSupplier done) {
        long end = System.nanoTime() + START.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Vault did not " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
