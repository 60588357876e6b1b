package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that a provider compresses although it was asked not to: they are scrubbed like others (case 16), or refused. */
@QuarkusTest
class EncodedAnswersTest extends WithProvider {
    private static final int LARGE = 4 * 1024 * 1024;

    private static OutputStream encoding(String coding, OutputStream out) throws IOException {
        return switch (coding) {
            case "deflate" -> new DeflaterOutputStream(out, true);
            case "raw deflate" -> new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, true), true);
            default -> new GZIPOutputStream(out, true);
        };
    }

    private static byte[] encoded(String coding, byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream encoding = encoding(coding, out)) {
            encoding.write(body);
        }
        return out.toByteArray();
    }

    private void answers(String coding, byte[] body) {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", coding.replace("raw ", ""));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            send(exchange, body);
        });
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private HttpResponse<byte[]> call() {
        return agent.send(
                agent.call("openai/v1/chat/completions").POST(BodyPublishers.ofString("{}")),
                BodyHandlers.ofByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", "GZIP", "identity, gzip", "deflate", "raw deflate"})
    void anEchoOfTheKeyIsFoundAndTheRestComesAsItWas(String coding) throws IOException {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", coding.replace("raw ", ""));
            String echo = "{\"a\":\"" + call.header("Authorization") + "\"}";
            send(exchange, encoded(coding, echo.getBytes(StandardCharsets.UTF_8)));
        });
        HttpResponse<byte[]> answer = call();
        assertEquals(200, answer.statusCode());
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertFalse(body.contains(Agent.OPENAI), body);
        assertEquals("{\"a\":\"Bearer " + "*".repeat(Agent.OPENAI.length()) + "\"}", body);
        assertTrue(answer.headers().firstValue("Content-Encoding").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void aLargeAnswerIsTheSame(String coding) throws IOException {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        Arrays.fill(body, 0, LARGE / 2, (byte) 'a');
        answers(coding, encoded(coding, body));
        assertArrayEquals(body, call().body());
        assertEquals("success", agent.lastEnd().path("outcome").asText());
    }

    @Test
    void membersOfOneAnswerFollowOneAnother() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(encoded("gzip", "{\"ok\":".getBytes(StandardCharsets.UTF_8)));
        two.writeBytes(encoded("gzip", "true}".getBytes(StandardCharsets.UTF_8)));
        answers("gzip", two.toByteArray());
        assertEquals("{\"ok\":true}", new String(call().body(), StandardCharsets.UTF_8));
    }

    @Test
    void eventsComeOneByOne() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            try (OutputStream out = encoding("gzip", Provider.openStream(exchange))) {
                Provider.write(out, "data: first\n\n");
                read.await();
                Provider.write(out, "data: second\n\n");
            }
        });
        HttpResponse<InputStream> answer =
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertEquals("data: first\n\n", new String(body.readNBytes(13), StandardCharsets.UTF_8));
            read.countDown();
            assertEquals("data: second\n\n", new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void anAnswerWithoutABodyNeedsNoDecoding() throws IOException {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(304, -1);
        });
        assertEquals(304, call().statusCode());
    }

    @ParameterizedTest
    @CsvSource({"br,200", "zstd,200", "'gzip, gzip',200", "compress,200", "gzip,206"})
    void whatCannotBeDecodedIsRefused(String coding, int status) {
        provider.does((exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Encoding", coding);
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write(encoded("gzip", new byte[10]));
        });
        HttpResponse<String> answer = agent.send(agent.call("openai/v1/models").GET());
        assertEquals(502, answer.statusCode());
        assertEquals("provider_answer_refused", Agent.json(answer).path("code").asText());
        assertEquals(status, agent.lastEnd().path("details").path("status").asInt());
    }

    @Test
    void anEncodingThatIsNoneIsCutOff() {
        answers("gzip", "{\"this\":\"was never compressed\"}".getBytes(StandardCharsets.UTF_8));
        HttpResponse<InputStream> answer =
                agent.send(agent.call("openai/v1/models").GET(), BodyHandlers.ofInputStream());
        assertThrows(IOException.class, () -> answer.body().readAllBytes());
        assertEquals(
                "provider_answer_refused",
                agent.lastEnd().path("details").path("cause").asText());
    }
}
