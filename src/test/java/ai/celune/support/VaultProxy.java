package ai.celune.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between Celune and a real Vault and does to the answers what a test tells it. */
public final class VaultProxy implements AutoCloseable {
    private final URI vault;
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Fault fault = VaultProxy::forward;

    /** What becomes of one exchange. */
    @FunctionalInterface
    public interface Fault {
        void handle(VaultProxy proxy, Exchange exchange) throws IOException;
    }

    /** A request that came in, with its body read. */
    public record Exchange(HttpExchange http, byte[] body) {
        public String path() {
            return http.getRequestURI().getPath();
        }

        public String header(String name) {
            return String.valueOf(http.getRequestHeaders().getFirst(name));
        }

        public void answer(int status, byte[] body) throws IOException {
            http.getResponseHeaders().set("Content-Type", "application/json");
            http.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            http.getResponseBody().write(body);
            http.close();
        }
    }

    public VaultProxy(URI vault) {
        this.vault = vault;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void doing(Fault next) {
        fault = next;
    }

    /** Requests so far. */
    public int calls() {
        return calls.get();
    }

    private void serve(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        try (exchange) {
            fault.handle(this, new Exchange(exchange, exchange.getRequestBody().readAllBytes()));
        }
    }

    /** Lets it through unchanged. */
    public void forward(Exchange exchange) throws IOException {
        HttpResponse<byte[]> answer = ask(exchange);
        exchange.answer(answer.statusCode(), answer.body());
    }

    /** The true answer, to be given or not. */
    public HttpResponse<byte[]> ask(Exchange exchange) throws IOException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            vault.resolve(exchange.http().getRequestURI().toString()))
                    .method(exchange.http().getRequestMethod(), BodyPublishers.ofByteArray(exchange.body()));
            String token = exchange.http().getRequestHeaders().getFirst("X-Vault-Token");
            if (token != null) {
                request.header("X-Vault-Token", token);
            }
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        http.close();
    }
}
