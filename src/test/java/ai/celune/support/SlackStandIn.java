package ai.celune.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/** Slack as its documentation describes it, unless a test tells it to behave otherwise; remembers what arrived. */
public final class SlackStandIn extends StandIn {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String RUN = HexFormat.of().toHexDigits(System.nanoTime());

    private SlackStandIn(HttpServer server) {
        super(server, SlackStandIn::asDocumented);
    }

    public static SlackStandIn start() {
        SlackStandIn slack = new SlackStandIn(server());
        slack.listen();
        return slack;
    }

    /** Slack's part on another stand-in's server. */
    public static void on(HttpServer server) {
        SlackStandIn slack = new SlackStandIn(server);
        slack.takes("/api/");
        slack.takes("/services/");
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
        send(exchange, status, body.startsWith("{") ? "application/json; charset=utf-8" : "text/html", body);
    }
}
