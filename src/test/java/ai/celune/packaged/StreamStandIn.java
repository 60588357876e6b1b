package ai.celune.packaged;

import ai.celune.egress.Authorities;
import ai.celune.support.ServerCertificate;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * A provider by TLS that streams, and its reader: each event leaves once the one before has come through, so whatever holds events back on the way
 * fails instead of looking quick.
 */
final class StreamStandIn implements AutoCloseable {
    private static final int EVENTS = 20;

    private final HttpsServer server;
    private final HttpClient client;
    private final Semaphore hasCome = new Semaphore(0);

    StreamStandIn(ServerCertificate certificate) throws IOException, GeneralSecurityException {
        // Otherwise each answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        SSLContext trust = SSLContext.getInstance("TLS");
        trust.init(null, new TrustManager[] {Authorities.with(certificate.pem())}, null);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trust)
                .build();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Milliseconds from sending a request to the first event of the answer, and from one event to the next. */
    double[] events(URI url, Map<String, String> headers, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        long begin = System.nanoTime();
        HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
        try (BufferedReader events = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            next(events);
            long first = System.nanoTime();
            for (int i = 1; i < EVENTS; i++) {
                hasCome.release();
                next(events);
            }
            double sinceFirst = (System.nanoTime() - first) / 1e6;
            hasCome.release();
            String rest = events.lines().collect(Collectors.joining());
            if (answer.statusCode() != 200 || !rest.contains("[DONE]")) {
                throw new AssertionError(url + ": " + answer.statusCode() + " " + rest);
            }
            return new double[] {(first - begin) / 1e6, sinceFirst / (EVENTS - 1)};
        }
    }

    private static void next(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (line != null && !line.startsWith("data: {")) {
            line = events.readLine();
        }
        if (line == null) {
            throw new AssertionError("the stream has ended");
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            for (int i = 0; i < EVENTS; i++) {
                write(out, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Four\"}}]}\n\n");
                if (!hasCome.tryAcquire(5, TimeUnit.SECONDS)) {
                    throw new IOException("an event is held back");
                }
            }
            write(out, "data: [DONE]\n\n");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String event) throws IOException {
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
        client.close();
    }
}
