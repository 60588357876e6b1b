package ai.celune.broker;

import ai.celune.support.StandIn;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A provider whose behaviour each test tells. */
final class Provider extends StandIn {
    private Provider() {
        super(server(), Provider::ok);
    }

    static Provider start() {
        Provider provider = new Provider();
        provider.listen();
        return provider;
    }

    static void ok(HttpExchange exchange, Call call) throws IOException {
        send(exchange, 200, "{\"ok\":true}");
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, "application/json", body);
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
}
