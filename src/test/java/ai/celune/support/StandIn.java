package ai.celune.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server in somebody's place, where the service looks for providers, whose behaviour each test tells; remembers what arrived. */
public abstract class StandIn implements AutoCloseable {
    /**
     * A call as it arrived.
     *
     * @param bytes of the body, each one character
     */
    public record Call(String method, String target, Map<String, List<String>> headers, String bytes) {
        public String body() {
            return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }

        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(field -> String.join(",", field.getValue()))
                    .findFirst()
                    .orElse("");
        }
    }

    /** What it does with a call. */
    public interface Behaviour {
        void answer(HttpExchange exchange, Call call) throws Exception;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private volatile Behaviour behaviour;

    /** On a server that is there already, or a new one. */
    protected StandIn(HttpServer server, Behaviour behaviour) {
        this.server = server;
        this.behaviour = behaviour;
    }

    protected static HttpServer server() {
        try {
            return HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the whole server. */
    protected final void listen() {
        takes("/");
        server.setExecutor(threads);
        server.start();
    }

    protected final void takes(String path) {
        server.createContext(path, this::handle);
    }

    public final void does(Behaviour told) {
        calls.clear();
        behaviour = told;
    }

    public final List<Call> calls() {
        return List.copyOf(calls);
    }

    public final Call call() {
        return calls().getLast();
    }

    protected static void send(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String bytes = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            Call call = new Call(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    bytes);
            calls.add(call);
            behaviour.answer(exchange, call);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public final void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
