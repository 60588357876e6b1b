package ai.celune.tour;

import ai.celune.launcher.Refusal;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A provider that speaks the OpenAI chat call on 127.0.0.1 and remembers what it received. It behaves badly on purpose:
 * it sends the key it was called with back, in a header, in the body, and split over two chunks of a stream.
 */
final class StandIn implements AutoCloseable {
    static final String PATH = "/v1/chat/completions";
    static final String MODELS = "/v1/models";
    static final String GREETING = "hello from the stand-in";
    static final String ENDLESS_MODEL = "stand-in-endless";
    static final int CHUNKS = 5;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(150);

    /** A call as it arrived. */
    record Call(String authorization, String everything) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> endlessEnded = new CompletableFuture<>();
    private volatile long lastChunkSent;

    private StandIn(HttpServer server) {
        this.server = server;
    }

    static StandIn start(int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            StandIn standIn = new StandIn(server);
            server.createContext("/", standIn::handle);
            server.setExecutor(standIn.threads);
            server.start();
            return standIn;
        } catch (IOException e) {
            throw Refusal.of("the stand-in provider cannot listen on 127.0.0.1:" + port + ": " + e.getMessage());
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** {@link System#nanoTime()} when the last chunk of the latest finite stream left. */
    long lastChunkSent() {
        return lastChunkSent;
    }

    /** Done when the caller of the endless stream hung up. */
    CompletableFuture<Void> endlessEnded() {
        return endlessEnded;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            calls.add(new Call(
                    authorization,
                    exchange.getRequestURI() + " "
                            + exchange.getRequestHeaders().entrySet() + " " + body));
            exchange.getResponseHeaders().set("X-Received-Authorization", authorization);
            if (exchange.getRequestURI().getPath().equals(MODELS)) {
                answer(exchange, 200, "{\"object\":\"list\",\"data\":[]}");
            } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
                answer(exchange, 404, "{\"error\":{\"message\":\"no such path\"}}");
            } else if (body.contains(ENDLESS_MODEL)) {
                endless(exchange);
            } else if (body.replace(" ", "").contains("\"stream\":true")) {
                stream(exchange, authorization);
            } else {
                answer(exchange, 200, completion(GREETING + ", called with " + authorization));
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void stream(HttpExchange exchange, String authorization) throws IOException {
        OutputStream out = openStream(exchange);
        for (int i = 1; i < CHUNKS; i++) {
            send(out, "data: " + delta(GREETING + " " + i) + "\n\n");
            LockSupport.parkNanos(PAUSE);
        }
        int middle = authorization.length() / 2;
        String[] event = ("data: " + delta("@") + "\n\ndata: [DONE]\n\n").split("@", 2);
        send(out, event[0] + authorization.substring(0, middle));
        LockSupport.parkNanos(PAUSE);
        lastChunkSent = System.nanoTime();
        send(out, authorization.substring(middle) + event[1]);
    }

    private void endless(HttpExchange exchange) {
        try {
            OutputStream out = openStream(exchange);
            while (!Thread.currentThread().isInterrupted()) {
                send(out, "data: " + delta("more") + "\n\n");
                LockSupport.parkNanos(PAUSE);
            }
        } catch (IOException e) {
            endlessEnded.complete(null);
        }
    }

    private static OutputStream openStream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String completion(String content) {
        return """
                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"stand-in","choices":[{"index":0,\
                "message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],\
                "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""".formatted(content);
    }

    private static String delta(String content) {
        return """
                {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"stand-in",\
                "choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}""".formatted(content);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
