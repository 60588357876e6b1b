package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.LogCapture;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that break the protocol, dawdle or send bombs (cases 17, 27). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class HostileProviderTest {
    private static final int BOMB = 64 * 1024 * 1024;

    @TestHTTPResource
    URI service;

    @Inject
    TestNames names;

    private Agent agent;
    private ServerSocket listening;

    @BeforeEach
    void start() throws IOException {
        agent = Agent.of(service);
        listening = new ServerSocket(ProviderAddress.port(), 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        listening.close();
    }

    /** What the provider does with the connection of one call, once the request's head has come. */
    private interface Behaviour {
        void answer(OutputStream out) throws Exception;
    }

    private void does(Behaviour behaviour) {
        Thread.ofVirtual().start(() -> {
            try (Socket call = listening.accept()) {
                readHead(call.getInputStream());
                behaviour.answer(call.getOutputStream());
            } catch (Exception e) {
                // The service hung up on it, as it should.
            }
        });
    }

    private static void readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        Provider.write(out, text);
    }

    private HttpResponse<String> call() {
        return agent.send(agent.call("openai/v1/models").GET());
    }

    private static void assertRefused(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(code, Agent.json(answer).path("code").asText(), answer.body());
    }

    private String cause() {
        return agent.lastEnd().path("details").path("cause").asText();
    }

    /** Neither as it is nor in another case nor as a hex dump. */
    private static void assertNoSecret(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        String part = Agent.OPENAI.substring(8, 24);
        assertFalse(lower.contains(part.toLowerCase(Locale.ROOT)), text);
        assertFalse(lower.contains(HexFormat.of().formatHex(part.getBytes(StandardCharsets.UTF_8))), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s is no status line\r\n\r\n",
                "HTTP/%s 200 OK\r\n\r\n",
                "HTTP/1.1 %s OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: %s\u0000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"
            })
    void aBrokenHeadThatHoldsTheSecretIsNeitherLoggedNorShown(String answer) {
        does(out -> write(out, answer.formatted(Agent.OPENAI)));
        try (LogCapture log = LogCapture.start()) {
            HttpResponse<String> refused = call();
            assertEquals(502, refused.statusCode(), refused.body());
            assertNoSecret(refused.body() + refused.headers().map());
            cause();
            assertNoSecret(String.join("\n", log.lines()));
        }
    }

    @Test
    void aFieldNameThatHoldsTheSecretIsScrubbed() {
        does(out -> write(out, "HTTP/1.1 200 OK\r\nX-" + Agent.ANTHROPIC + ": y\r\nContent-Length: 0\r\n\r\n"));
        HttpResponse<String> answer = agent.send(agent.call("anthropic/v1/models"));
        assertEquals(200, answer.statusCode());
        assertEquals(
                "y",
                answer.headers()
                        .firstValue("X-" + "*".repeat(Agent.ANTHROPIC.length()))
                        .orElse(""));
    }

    @Test
    void aBrokenChunkThatHoldsTheSecretIsNeitherLoggedNorShown() {
        does(out -> write(
                out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Agent.OPENAI + "\r\nx\r\n0\r\n\r\n"));
        try (LogCapture log = LogCapture.start()) {
            assertThrows(AssertionError.class, this::call);
            assertEquals("provider_unreachable", cause());
            assertNoSecret(String.join("\n", log.lines()));
        }
    }

    @Test
    void aBrokenTlsRecordThatHoldsTheSecretIsNeitherLoggedNorShown() throws Exception {
        names.tell(ProviderAddress.SECURE_HOST, "127.0.0.1");
        try (ServerSocket secure = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogCapture log = LogCapture.start()) {
            Thread.ofVirtual().start(() -> {
                try (Socket plain = secure.accept();
                        SSLSocket tls = (SSLSocket) ProviderAddress.certificate()
                                .context()
                                .getSocketFactory()
                                .createSocket(plain, null, false)) {
                    readHead(tls.getInputStream());
                    write(plain.getOutputStream(), Agent.OPENAI);
                } catch (IOException e) {
                    // The service hung up on it, as it should.
                }
            });
            String key = agent.customKey("https://" + ProviderAddress.SECURE_HOST + ":" + secure.getLocalPort());
            HttpResponse<String> refused = agent.send(agent.request("/v1/proxy/custom/v1/models", key));
            assertRefused(502, "provider_unreachable", refused);
            assertEquals("provider_unreachable", cause());
            assertNoSecret(refused.body() + String.join("\n", log.lines()));
        }
    }

    @Test
    void aHeadThatDripsIs504() {
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X: y\r\n");
                TimeUnit.MILLISECONDS.sleep(100);
            }
        });
        assertRefused(504, "provider_timeout", call());
        assertEquals("provider_timeout", cause());
    }

    @Test
    void aHeadThatNeverEndsIsCutOff() {
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X: " + "y".repeat(1_000) + "\r\n");
            }
        });
        assertRefused(502, "provider_unreachable", call());
    }

    @Test
    void aBodyThatStopsComingIsCutOff() throws Exception {
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
            TimeUnit.SECONDS.sleep(30);
        });
        HttpResponse<InputStream> answer =
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThrows(IOException.class, body::readAllBytes);
        }
        JsonNode end = agent.lastEnd();
        assertEquals("provider_timeout", end.path("details").path("cause").asText(), end.toString());
        assertEquals("9", end.path("details").path("bytesOut").asText(), end.toString());
    }

    @Test
    void aBodyThatDripsForEverIsCutOffAtTheDeadline() throws Exception {
        CompletableFuture<String> hungUp = new CompletableFuture<>();
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                while (true) {
                    write(out, "1\r\nx\r\n");
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            } catch (IOException e) {
                hungUp.complete("hung up");
            }
        });
        long before = System.nanoTime();
        HttpResponse<InputStream> answer =
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThrows(IOException.class, body::readAllBytes);
        }
        long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
        assertTrue(millis >= 9_000 && millis < 14_000, millis + " ms");
        assertEquals("deadline", cause());
        assertEquals("hung up", hungUp.get(2, TimeUnit.SECONDS));
    }

    @Test
    void aCompressedBombIsCutOff() throws IOException {
        byte[] bomb = bomb();
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + bomb.length + "\r\n\r\n");
            out.write(bomb);
        });
        HttpResponse<InputStream> answer =
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThrows(IOException.class, () -> body.transferTo(OutputStream.nullOutputStream()));
        }
        assertEquals(
                "answer_too_large",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aBombThatHidesItsEncodingIsNotInflated() throws IOException {
        byte[] bomb = bomb();
        does(out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + bomb.length + "\r\n\r\n");
            out.write(bomb);
        });
        assertArrayEquals(
                bomb,
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofByteArray())
                        .body());
    }

    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < BOMB / block.length; i++) {
                gzip.write(block);
            }
        }
        assertTrue(out.size() < BOMB / 500);
        return out.toByteArray();
    }
}
