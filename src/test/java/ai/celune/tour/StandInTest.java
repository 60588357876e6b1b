package ai.celune.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stand-in called directly: it must leak, or the tour would prove nothing. */
class StandInTest {
    private final StandIn standIn = StandIn.start(0);
    private final Http http = new Http(standIn.url());

    @AfterEach
    void stop() {
        http.close();
        standIn.close();
    }

    @Test
    void plainAnswerEchoesTheKeyInHeaderAndBody() {
        Reply reply = http.post(StandIn.PATH, "the-key", World.chat("stand-in", false));
        assertEquals(200, reply.status());
        assertTrue(reply.header("X-Received-Authorization").contains("the-key"));
        assertTrue(reply.body().contains("the-key"));
        assertEquals("Bearer the-key", standIn.calls().getLast().authorization());
    }

    @Test
    void streamComesInPiecesAndEchoesTheKey() throws Exception {
        HttpResponse<InputStream> response = http.stream(StandIn.PATH, "the-key", World.chat("stand-in", true));
        List<String> lines;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String first = reader.readLine();
            assertTrue(first != null && first.contains(StandIn.GREETING));
            assertEquals(0, standIn.lastChunkSent());
            lines = reader.readAllLines();
        }
        assertEquals(
                "data: [DONE]",
                lines.stream().filter(line -> !line.isEmpty()).toList().getLast());
        assertTrue(lines.stream().anyMatch(line -> line.contains("the-key")));
    }

    @Test
    void endlessStreamEndsWhenTheCallerHangsUp() throws Exception {
        ObjectNode body = World.chat(StandIn.ENDLESS_MODEL, true);
        try (InputStream stream = http.stream(StandIn.PATH, "the-key", body).body()) {
            assertTrue(stream.read() >= 0);
        }
        standIn.endlessEnded().get(10, TimeUnit.SECONDS);
    }
}
