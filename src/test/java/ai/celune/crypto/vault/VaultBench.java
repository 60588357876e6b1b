package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.crypto.Binding;
import ai.celune.support.Rounds;
import ai.celune.support.TestVault;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.api.secrets.transit.VaultSecretsTransitDecryptParams;
import io.quarkus.vault.client.http.jdk.JDKVaultHttpClient;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Row 5 of the performance page: opening a value through Celune against a bare loop of HTTP on the same Vault, and against quarkus-vault as it comes. */
class VaultBench {
    private static final TestVault VAULT = TestVault.running();
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);

    @Test
    void open() throws Exception {
        UUID workspace = UUID.randomUUID();
        Binding binding = new Binding(workspace, UUID.randomUUID(), "provider-key", 1);
        try (Vault vault = VaultConnections.to(VAULT.properties())) {
            vault.sealer().createKey(workspace);
            String sealed = vault.sealer().seal(binding, VALUE);
            Path token = VAULT.tokenFile("celune-runtime");
            byte[] request =
                    request(workspace, binding, sealed, Files.readString(token).strip());
            var typed = VaultClient.builder()
                    .baseUrl(VAULT.url().toString())
                    .executor(new JDKVaultHttpClient(HttpClient.newHttpClient()))
                    .clientToken(Files.readString(token).strip())
                    .build()
                    .secrets()
                    .transit("celune-transit");
            for (int threads : new int[] {1, 16}) {
                Rounds rounds = new Rounds("open a value, " + threads + " at once", threads, 3_000);
                rounds.arm("bare loop", () -> {
                    BareConnection connection = new BareConnection(VAULT.url().getPort());
                    return () -> connection.exchange(request);
                });
                rounds.arm(
                        "Celune",
                        () -> () -> vault.sealer().open(binding, sealed).close());
                rounds.arm(
                        "quarkus-vault, JDK transport",
                        () -> () -> typed.decrypt(
                                        "ws-" + workspace,
                                        new VaultSecretsTransitDecryptParams()
                                                .setContext(binding.context())
                                                .setCiphertext(sealed))
                                .toCompletableFuture()
                                .join());
                rounds.run();
            }
        }
    }

    private static byte[] request(UUID workspace, Binding binding, String sealed, String token) {
        String body = "{\"context\":\"" + Base64.getEncoder().encodeToString(binding.context()) + "\",\"ciphertext\":\""
                + sealed + "\"}";
        return ("POST /v1/celune-transit/decrypt/ws-" + workspace + " HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: "
                        + token + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(US_ASCII);
    }

    /** The least that HTTP takes: one write, one read, nothing looked at but the length. */
    private static final class BareConnection {
        private final Socket socket;
        private final InputStream in;

        private BareConnection(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        private void exchange(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            if (length == 0 || in.readNBytes(length).length != length) {
                throw new IOException("no answer");
            }
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
