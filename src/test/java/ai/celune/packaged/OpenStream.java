package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A call through the broker whose provider holds back the second half of its answer. */
record OpenStream(InputStream body) implements AutoCloseable {
    static OpenStream through(Service replica, JsonNode key) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = replica.stream(
                "POST", "/v1/proxy/openai/v1/stream", key.get("key").asText(), "{}");
        assertEquals(200, answer.statusCode());
        assertEquals('d', answer.body().read());
        return new OpenStream(answer.body());
    }

    /** Until the service ends it, in the midst of the answer. */
    long millisToTheEnd(long since) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThrows(IOException.class, body::readAllBytes));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    String rest() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
