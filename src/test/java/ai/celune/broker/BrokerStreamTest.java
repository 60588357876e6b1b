package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.ProviderAddress;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Answers and bodies that come in pieces, and what ends them early. */
@QuarkusTest
class BrokerStreamTest extends WithProvider {
    private final SynchronousQueue<String> pieces = new SynchronousQueue<>();
    private final CompletableFuture<String> hungUp = new CompletableFuture<>();

    /** Sends each piece when the test says so; "end" ends the answer. */
    private void sendsPieces() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            for (String piece = pieces.take(); !piece.equals("end"); piece = pieces.take()) {
                Provider.write(out, piece);
            }
        });
    }

    /** Sends on and on until nobody listens. */
    private void sendsForEver() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            try {
                while (true) {
                    Provider.write(out, "data: more\n\n");
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            } catch (IOException e) {
                hungUp.complete("hung up");
                throw e;
            }
        });
    }

    private HttpResponse<InputStream> open(String key) {
        HttpResponse<InputStream> answer = agent.send(
                agent.request("/v1/proxy/openai/v1/chat/completions", key).GET(), BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        return answer;
    }

    @Test
    void eachPieceArrivesBeforeTheNextIsSent() throws Exception {
        sendsPieces();
        try (InputStream in = open(agent.key).body()) {
            for (int i = 0; i < 5; i++) {
                String piece = "data: {\"n\":" + i + "}\n\n";
                pieces.put(piece);
                assertEquals(piece, new String(in.readNBytes(piece.length()), StandardCharsets.UTF_8));
            }
            pieces.put("end");
            assertEquals(-1, in.read());
        }
        assertEquals("success", agent.lastEnd().path("outcome").asText());
    }

    @Test
    void aKeyThatIsSplitOverPiecesIsRemoved() throws Exception {
        sendsPieces();
        try (InputStream in = open(agent.key).body()) {
            pieces.put("data: " + Agent.OPENAI.substring(0, 9));
            for (char letter : Agent.OPENAI.substring(9).toCharArray()) {
                pieces.put(String.valueOf(letter));
            }
            pieces.put(" and after\n\n");
            pieces.put("end");
            String whole = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("data: " + "*".repeat(Agent.OPENAI.length()) + " and after\n\n", whole);
        }
    }

    @Test
    void aBodyIsHandedOnWhileItComes() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        provider.close();
        try (var raw = new java.net.ServerSocket(ProviderAddress.port(), 5, java.net.InetAddress.getLoopbackAddress());
                Socket caller = new Socket(service.getHost(), service.getPort())) {
            Thread.ofVirtual().start(() -> {
                try (Socket accepted = raw.accept()) {
                    InputStream in = accepted.getInputStream();
                    ByteArrayOutputStream seen = new ByteArrayOutputStream();
                    while (!seen.toString(StandardCharsets.UTF_8).contains("first piece")) {
                        seen.write(in.read());
                    }
                    first.complete(seen.toString(StandardCharsets.UTF_8));
                    while (!seen.toString(StandardCharsets.UTF_8).endsWith("0\r\n\r\n")) {
                        seen.write(in.read());
                    }
                    accepted.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    first.completeExceptionally(e);
                }
            });
            OutputStream out = caller.getOutputStream();
            out.write(("POST /v1/proxy/openai/v1/files HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer " + agent.key
                            + "\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nfirst piece\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            assertTrue(first.get(5, TimeUnit.SECONDS).contains("Authorization: Bearer " + Agent.OPENAI));
            out.write("4\r\nrest\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            caller.setSoTimeout(5_000);
            assertTrue(new String(caller.getInputStream().readNBytes(15), StandardCharsets.UTF_8)
                    .startsWith("HTTP/1.1 200 OK"));
        }
        provider = Provider.start();
        assertEquals("15", agent.lastEnd().path("details").path("bytesIn").asText());
    }

    @Test
    void aCallerWhoHangsUpStopsTheProvider() throws Exception {
        sendsForEver();
        try (Socket caller = new Socket(service.getHost(), service.getPort())) {
            caller.getOutputStream()
                    .write(("GET /v1/proxy/openai/v1/stream HTTP/1.1\r\nHost: celune\r\nAuthorization: Bearer "
                                    + agent.key + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            assertEquals('H', caller.getInputStream().read());
        }
        assertEquals("hung up", hungUp.get(2, TimeUnit.SECONDS));
        JsonNode end = agent.lastEnd();
        assertEquals("client_aborted", end.path("details").path("cause").asText(), end.toString());
        assertEquals("failed", end.path("outcome").asText());
    }

    @Test
    void aRevokedKeyEndsItsStreamsAtOnce() throws Exception {
        sendsForEver();
        JsonNode created = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey));
        try (InputStream in = open(created.path("key").asText()).body()) {
            in.read();
            long before = System.nanoTime();
            agent.revoke(created.path("id").asText());
            assertThrows(IOException.class, in::readAllBytes);
            long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
            assertTrue(millis < 1_000, millis + " ms");
        }
        assertEquals("hung up", hungUp.get(2, TimeUnit.SECONDS));
        assertEquals(
                "credential_ended",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aProviderThatBreaksOffIsSeenAsABrokenStream() {
        provider.does((exchange, call) -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("half".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("broken on purpose");
        });
        assertThrows(IOException.class, () -> {
            try (InputStream in = open(agent.key).body()) {
                in.readAllBytes();
            }
        });
        assertEquals(
                "provider_unreachable",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void anEndlessAnswerIsCutOff() {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            String block = "x".repeat(64 * 1024);
            while (true) {
                Provider.write(out, block);
            }
        });
        assertThrows(IOException.class, () -> {
            try (InputStream in = open(agent.key).body()) {
                in.readAllBytes();
            }
        });
        assertEquals(
                "answer_too_large",
                agent.lastEnd().path("details").path("cause").asText());
    }

    @Test
    void aCallerThatDoesNotReadStopsTheProvidersFlow() throws Exception {
        int whole = 40 * 1024 * 1024;
        AtomicLong sent = new AtomicLong();
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            byte[] block = new byte[32 * 1024];
            for (int i = 0; i < whole / block.length; i++) {
                out.write(block);
                sent.addAndGet(block.length);
            }
        });
        try (InputStream in = open(agent.key).body()) {
            long before = -1;
            while (sent.get() != before) {
                before = sent.get();
                TimeUnit.MILLISECONDS.sleep(300);
            }
            assertTrue(before < whole, "all was taken though nobody reads: " + before);
            assertEquals(whole, in.readAllBytes().length);
        }
        assertEquals(
                Integer.toString(whole),
                agent.lastEnd().path("details").path("bytesOut").asText());
    }

    @Test
    void aCallerThatStopsReadingIsCutOff() throws Exception {
        provider.does((exchange, call) -> {
            OutputStream out = Provider.openStream(exchange);
            byte[] block = new byte[32 * 1024];
            for (int i = 0; i < 1_200; i++) {
                out.write(block);
            }
        });
        try (InputStream in = open(agent.key).body()) {
            in.read();
            JsonNode end = agent.lastEnd();
            assertEquals("client_stalled", end.path("details").path("cause").asText(), end.toString());
        }
    }

    @Test
    void onlySoManyStreamsAreOpenAtOnce() throws Exception {
        sendsForEver();
        JsonNode created = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey));
        String key = created.path("key").asText();
        try (InputStream one = open(key).body();
                InputStream two = open(key).body();
                InputStream three = open(key).body()) {
            HttpResponse<String> fourth =
                    agent.send(agent.request("/v1/proxy/openai/v1/models", key).GET());
            assertEquals(429, fourth.statusCode());
            assertEquals("true", fourth.headers().firstValue("Celune-Error").orElse(""));
            assertEquals("1", fourth.headers().firstValue("Retry-After").orElse(""));
            assertTrue(one.read() + two.read() + three.read() > 0);
        }
        Agent.eventually(
                () -> agent.send(agent.request("/v1/proxy/openai/v1/none", key).HEAD())
                                .statusCode()
                        != 429);
    }

    @Test
    void aRevokedKeyEndsItsStreamByHttp2AndOnlyThat() throws Exception {
        sendsForEver();
        JsonNode created = agent.apiKey(List.of("provider-keys:use"), List.of(agent.openaiKey));
        try (HttpClient http2 =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<InputStream> doomed = stream(http2, created.path("key").asText());
            HttpResponse<InputStream> other = stream(http2, agent.key);
            assertEquals(HttpClient.Version.HTTP_2, other.version());
            doomed.body().read();
            agent.revoke(created.path("id").asText());
            assertThrows(IOException.class, doomed.body()::readAllBytes);
            assertEquals(100, other.body().readNBytes(100).length);
            other.body().close();
        }
        assertEquals("hung up", hungUp.get(2, TimeUnit.SECONDS));
    }

    private HttpResponse<InputStream> stream(HttpClient client, String key) throws Exception {
        return client.send(
                agent.request("/v1/proxy/openai/v1/chat/completions", key)
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofInputStream());
    }
}
