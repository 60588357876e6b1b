package ai.celune.packaged;

import ai.celune.egress.Authorities;
import ai.celune.support.ServerCertificate;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * A provider by TLS that streams, and its reader: the second event leaves once the first has come through, so whatever holds events back on the way
 * fails instead of looking quick.
 */
final class StreamStandIn implements AutoCloseable {
    private final HttpsServer server;
    private final HttpClient client;
    private final Semaphore firstHasCome = new Semaphore(0);

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

    /** Milliseconds from sending a request to the first byte of the answer's body. */
    double firstByte(URI url, Map<String, String> headers, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        long begin = System.nanoTime();
        HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream events = answer.body()) {
            int first = events.read();
            double millis = (System.nanoTime() - begin) / 1e6;
            firstHasCome.release();
            String rest = new String(events.readAllBytes(), StandardCharsets.UTF_8);
            if (answer.statusCode() != 200 || first != 'd' || !rest.contains("[DONE]")) {
                throw new AssertionError(url + ": " + answer.statusCode() + " " + rest);
            }
            return millis;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            write(out, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Four\"}}]}\n\n");
            if (!firstHasCome.tryAcquire(5, TimeUnit.SECONDS)) {
                throw new IOException("the first event is held back");
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
