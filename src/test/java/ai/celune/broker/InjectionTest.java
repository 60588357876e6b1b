package ai.celune.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request target that is a secret is written where it belongs and known to nothing on the way; by TLS as in clear text. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class InjectionTest {
    private static final String SECRET = "/services/T0/B0/s3cReT0123456789abcdef";

    @Inject
    TestNames names;

    @Inject
    Destinations destinations;

    @Inject
    ProviderClient client;

    private final Queue<String> served = new ConcurrentLinkedQueue<>();
    private final Deque<HttpServer> servers = new ArrayDeque<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 200_000})
    void theTargetArrivesByTls(int body) throws Exception {
        servers.add(SelfSigned.server(ProviderAddress.certificate(), this::serve));
        names.tell(ProviderAddress.SECURE_HOST, "127.0.0.1");
        assertArrives("https://" + ProviderAddress.SECURE_HOST, body);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 200_000})
    void theTargetArrivesInClearText(int body) throws Exception {
        clearText();
        assertArrives("http://127.0.0.1", body);
    }

    /** Twice, on one connection. */
    private void assertArrives(String origin, int body) throws Exception {
        for (int i = 0; i < 2; i++) {
            byte[] target = SECRET.getBytes(US_ASCII);
            Injection injection = Injection.asTarget(target);
            HttpClientRequest opened = open(origin, injection);
            Exchange.begin(opened, injection);
            assertEquals(200, send(opened, body).statusCode());
            assertFalse(opened.absoluteURI().contains("s3cReT"), opened.absoluteURI());
            assertArrayEquals(new byte[target.length], target);
        }
        assertEquals(List.of("POST " + SECRET + " " + body, "POST " + SECRET + " " + body), List.copyOf(served));
    }

    @Test
    void aTargetThatIsWipedIsNotWritten() throws Exception {
        clearText();
        Injection injection = Injection.asTarget(SECRET.getBytes(US_ASCII));
        HttpClientRequest opened = open("http://127.0.0.1", injection);
        Exchange.begin(opened, injection);
        injection.close();
        assertThrows(ExecutionException.class, () -> send(opened, 10));
        assertEquals(List.of(), List.copyOf(served));
    }

    private void clearText() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", this::serve);
        server.start();
        servers.add(server);
    }

    private void serve(HttpExchange exchange) throws java.io.IOException {
        int length = exchange.getRequestBody().readAllBytes().length;
        served.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + length);
        Provider.send(exchange, 200, "{}");
        exchange.close();
    }

    private HttpClientRequest open(String origin, Injection injection) throws Exception {
        return await(destinations
                .resolve(origin + ":" + servers.getLast().getAddress().getPort())
                .compose(found -> client.open(HttpMethod.POST, injection.target("/"), found)));
    }

    private static HttpClientResponse send(HttpClientRequest opened, int body) throws Exception {
        return await(opened.send(Buffer.buffer(new byte[body])));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
