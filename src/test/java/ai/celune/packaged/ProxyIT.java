package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.RealServers;
import ai.celune.support.ServerCertificate;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where calls have to leave by an HTTP proxy, by a real one that wants a password. */
class ProxyIT {
    /** What {@link Service#providerKey} stores. */
    private static final String KEY = "stand-in-value";

    private final Queue<String> arrived = new ConcurrentLinkedQueue<>();

    @TempDir
    Path folder;

    @Test
    void callsLeaveByTheProxyWhichSeesNoKey() throws Exception {
        ServerCertificate certificate = ServerCertificate.create("localhost");
        HttpsServer provider = provider(certificate);
        int target = provider.getAddress().getPort();
        int port = freePort();
        Path credentials = Files.writeString(folder.resolve("credentials"), "celune:of-the-proxy\n");
        Process proxy = start(port, target);
        try (Service service = Service.onFreshDatabase("proxy", "https://localhost:" + target)) {
            service.set("celune.egress.authorities", certificate.pem().toString())
                    .set("celune.egress.proxy", "http://127.0.0.1:" + port)
                    .set("celune.egress.proxy-credentials", credentials.toString())
                    .start();
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            String agent = service.apiKey(owner, List.of("provider-keys:use"), service.providerKey(owner))
                    .get("key")
                    .asText();
            for (int i = 0; i < 3; i++) {
                assertEquals("{\"ok\":true}", call(200, service, agent).body());
            }
            assertEquals(List.of("Bearer " + KEY, "Bearer " + KEY, "Bearer " + KEY), List.copyOf(arrived));
            Service.await("the proxy's log", () -> log().contains("CONNECT localhost:" + target));
            assertFalse(log().contains(KEY));

            proxy.destroyForcibly().onExit().join();
            assertTrue(call(502, service, agent).body().contains("provider_unreachable"));
            proxy = start(port, target);
            call(200, service, agent);
        } finally {
            proxy.destroyForcibly().onExit().join();
            provider.stop(0);
        }
    }

    private static HttpResponse<String> call(int expected, Service service, String agent) throws Exception {
        HttpResponse<String> answer = service.call("POST", "/v1/proxy/openai/v1/chat/completions", agent, "{}");
        assertEquals(expected, answer.statusCode(), answer.body());
        return answer;
    }

    private HttpsServer provider(ServerCertificate certificate) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/", exchange -> {
            arrived.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private Process start(int port, int target) throws Exception {
        Path settings = Files.writeString(
                folder.resolve("proxy.conf"), """
                Port %d
                Listen 127.0.0.1
                Allow 127.0.0.1
                BasicAuth celune of-the-proxy
                ConnectPort %d
                LogFile "%s"
                LogLevel Info
                """.formatted(port, target, folder.resolve("proxy.log")));
        Process proxy = new ProcessBuilder(RealServers.program("tinyproxy"), "-d", "-c", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "tinyproxy.log").toFile())
                .start();
        Service.await("the proxy's port", () -> answers(port));
        return proxy;
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("proxy.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
