package ai.celune.packaged;

import ai.celune.support.ServerCertificate;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A provider that answers at once, or under {@code …/stream} in two halves with as much time between them as a test takes. */
final class StreamingProvider implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch secondHalf = new CountDownLatch(1);
    private final AtomicLong calls;

    private StreamingProvider(HttpServer server, AtomicLong calls) {
        this.server = server;
        this.calls = calls;
    }

    /** @param calls counts them */
    static StreamingProvider start(AtomicLong calls) throws IOException {
        return started(HttpServer.create(onLoopback(), 64), calls);
    }

    /** By TLS, for the name {@code localhost}. */
    static StreamingProvider start(AtomicLong calls, ServerCertificate certificate) throws IOException {
        HttpsServer server = HttpsServer.create(onLoopback(), 1_024);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        return started(server, calls);
    }

    private static StreamingProvider started(HttpServer server, AtomicLong calls) {
        StreamingProvider provider = new StreamingProvider(server, calls);
        server.createContext("/", provider::answer);
        server.setExecutor(provider.threads);
        server.start();
        return provider;
    }

    private static InetSocketAddress onLoopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String url() {
        return server instanceof HttpsServer
                ? "https://localhost:" + server.getAddress().getPort()
                : "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void sendSecondHalf() {
        secondHalf.countDown();
    }

    private void answer(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            write(out, "data: first\n\n");
            if (exchange.getRequestURI().getPath().endsWith("/stream")) {
                if (!secondHalf.await(60, TimeUnit.SECONDS)) {
                    throw new IOException("the test never asked for the second half");
                }
            }
            write(out, "data: second\n\n");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
