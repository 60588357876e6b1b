package ai.celune.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Slack as its documentation describes it, unless a test tells it to behave otherwise; remembers what arrived. */
public final class SlackStandIn implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String RUN = HexFormat.of().toHexDigits(System.nanoTime());

    /** A call as it arrived. */
    public record Call(String method, String target, Map<String, List<String>> headers, String body) {
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
    private volatile Behaviour behaviour = SlackStandIn::asDocumented;

    private SlackStandIn(HttpServer server) {
        this.server = server;
    }

    public static SlackStandIn start() {
        try {
            HttpServer server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ProviderAddress.port()), 1024);
            SlackStandIn slack = new SlackStandIn(server);
            server.createContext("/", slack::handle);
            server.setExecutor(slack.threads);
            server.start();
            return slack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Slack's part on another stand-in's server. */
    public static void on(HttpServer server) {
        SlackStandIn slack = new SlackStandIn(server);
        server.createContext("/api/", slack::handle);
        server.createContext("/services/", slack::handle);
    }

    /** A value like those of Slack that no other test has. */
    public static String botToken() {
        return "xoxb-" + "1234567890-t0KeN" + number() + RUN;
    }

    /** As {@link #botToken}. */
    public static String webhookUrl() {
        return "https://hooks.slack.com" + "/services/T0TEAM/B0HOOK/s3cReT" + number() + RUN;
    }

    private static String number() {
        return "%04d".formatted(NUMBER.incrementAndGet());
    }

    public void does(Behaviour told) {
        calls.clear();
        behaviour = told;
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    public Call call() {
        return calls().getLast();
    }

    public static void asDocumented(HttpExchange exchange, Call call) throws IOException {
        switch (call.target()) {
            case "/api/auth.test" -> {
                exchange.getResponseHeaders().set("X-OAuth-Scopes", "chat:write, channels:read");
                send(
                        exchange,
                        200,
                        "{\"ok\":true,\"url\":\"https://example.slack.com/\",\"team\":\"Example\",\"user\":\"celune\","
                                + "\"team_id\":\"T0TEAM\",\"user_id\":\"U0BOT\",\"bot_id\":\"B0BOT\"}");
            }
            case "/api/chat.postMessage" ->
                send(
                        exchange,
                        200,
                        "{\"ok\":true,\"channel\":\"C0CHANNEL\",\"ts\":\"1503435956.000247\",\"message\":{\"text\":\"x\"}}");
            case "/api/auth.revoke" -> send(exchange, 200, "{\"ok\":true,\"revoked\":true}");
            default -> send(exchange, 200, "ok");
        }
    }

    public static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", body.startsWith("{") ? "application/json; charset=utf-8" : "text/html");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
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
