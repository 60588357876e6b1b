package ai.celune.packaged;

import ai.celune.support.Machine;
import ai.celune.support.RealServers;
import ai.celune.support.ServerCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What the broker is compared with, as processes that end with this object: a provider that answers at once, and proxies in front of providers. */
final class Peers implements AutoCloseable {
    private static final String ANSWER = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1760000000,"
            + "\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},"
                    .formatted("Four words are here. ".repeat(12).strip())
            + "\"logprobs\":null,\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":48,\"total_tokens\":57}}";

    private static final String COMMON = """
            daemon off;
            pid nginx.pid;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi; scgi_temp_path scgi;
            """;

    private final Path folder;
    private final ServerCertificate certificate;
    private final Deque<Process> running = new ArrayDeque<>();

    Peers(Path folder, ServerCertificate certificate) {
        this.folder = folder;
        this.certificate = certificate;
    }

    /**
     * A server that runs.
     *
     * @param pid of it with all its workers
     */
    record Server(int port, long pid) {}

    /** A provider by TLS whose answer to everything is one short chat completion; it shares the last core with the load generator. */
    Server provider() throws IOException {
        int port = freePort();
        Path socket = folder.resolve("answer.sock");
        Files.deleteIfExists(socket);
        return start(
                port,
                Machine.onLastCore(nginx(
                        "provider",
                        COMMON + """
              server {
                listen 127.0.0.1:%1$d ssl;
                ssl_certificate %2$s;
                ssl_certificate_key %3$s;
                location / { proxy_pass http://unix:%4$s; }
              }
              # Answers without reading the request, so the server above, which does read it, stands before it.
              server {
                listen unix:%4$s;
                location / { default_type application/json; return 200 '%5$s'; }
              }
            }
            """.formatted(port, certificate.pem(), certificate.keyPem(), socket, ANSWER))));
    }

    /** nginx that puts the credential in and does no more: {@code /plain/} goes to one provider, {@code /stream/} to another. */
    Server nginx(int plain, int stream, String credential) throws IOException {
        int port = freePort();
        return start(
                port,
                nginx(
                        "proxy",
                        "worker_processes auto;\n" + COMMON
                                + """
              upstream plain { server 127.0.0.1:%2$d; keepalive 32; }
              upstream stream { server 127.0.0.1:%3$d; keepalive 32; }
              proxy_ssl_verify on;
              proxy_ssl_trusted_certificate %4$s;
              proxy_ssl_name localhost;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Authorization "Bearer %5$s";
              proxy_buffering off;
              server {
                listen 127.0.0.1:%1$d;
                location /plain/ { proxy_pass https://plain/; }
                location /stream/ { proxy_pass https://stream/; }
              }
            }
            """.formatted(port, plain, stream, certificate.pem(), credential)));
    }

    /** The Portkey gateway; callers tell it the provider and bring the credential. */
    Server portkey() throws IOException {
        int port = freePort();
        return start(
                port,
                List.of(
                        "env",
                        "NODE_EXTRA_CA_CERTS=" + certificate.pem(),
                        "NODE_ENV=production",
                        RealServers.program("portkey"),
                        "--headless",
                        "--port=" + port));
    }

    /** litellm's proxy with one worker and no database; it puts the credential in. Its models are {@code plain} and {@code stream}. */
    Server litellm(String plainUrl, String streamUrl, String credential) throws IOException {
        int port = freePort();
        String model = """
              - model_name: %s
                litellm_params: {model: openai/gpt-4o-mini, api_base: "%s/v1", api_key: %s}
            """;
        Path settings = Files.writeString(
                folder.resolve("litellm.yaml"),
                "model_list:\n" + model.formatted("plain", plainUrl, credential)
                        + model.formatted("stream", streamUrl, credential));
        return start(
                port,
                List.of(
                        "env",
                        "SSL_CERT_FILE=" + certificate.pem(),
                        // The prices that come with it, not those on the network.
                        "LITELLM_LOCAL_MODEL_COST_MAP=True",
                        RealServers.program("litellm"),
                        "--config=" + settings,
                        "--host=127.0.0.1",
                        "--port=" + port,
                        "--telemetry=False"));
    }

    private List<String> nginx(String name, String configuration) throws IOException {
        Path prefix = Files.createDirectories(folder.resolve(name));
        Path file = Files.writeString(prefix.resolve("nginx.conf"), configuration);
        return List.of(RealServers.program("nginx"), "-p", prefix.toString(), "-c", file.toString(), "-e", "error.log");
    }

    private Server start(int port, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("peers.log").toFile()))
                .start();
        running.push(process);
        Service.await(command + ", see " + folder, () -> process.isAlive() && listens(port));
        return new Server(port, process.pid());
    }

    private static boolean listens(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        // nginx takes its workers along when it is asked, not when it is killed.
        running.forEach(process -> {
            process.destroy();
            process.onExit().join();
        });
    }
}
