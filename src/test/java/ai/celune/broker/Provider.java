package ai.celune.broker;

import ai.celune.support.ProviderAddress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
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

/** A provider whose behaviour each test tells; remembers what arrived. */
final class Provider implements AutoCloseable {
    /** A call as it arrived. */
    record Call(String method, String target, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(field -> String.join(",", field.getValue()))
                    .findFirst()
                    .orElse("");
        }
    }

    /** What it does with a call. */
    interface Behaviour {
        void answer(HttpExchange exchange, Call call) throws Exception;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private volatile Behaviour behaviour = Provider::ok;

    private Provider(HttpServer server) {
        this.server = server;
    }

    static Provider start() {
        try {
            HttpServer server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 1024);
            Provider provider = new Provider(server);
            server.createContext("/", provider::handle);
            server.setExecutor(provider.threads);
            server.start();
            return provider;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void does(Behaviour told) {
        calls.clear();
        behaviour = told;
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    Call call() {
        return calls().getLast();
    }

    static void ok(HttpExchange exchange, Call call) throws IOException {
        send(exchange, 200, "{\"ok\":true}");
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static OutputStream openStream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        // Writes the head as well, which the server would keep until the first piece.
        exchange.getResponseBody().flush();
        return exchange.getResponseBody();
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Call call = new Call(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    body);
            calls.add(call);
            behaviour.answer(exchange, call);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
