package ai.celune.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer tells of its model and tokens, however it comes in pieces (R15). */
class MeterTest {
    private static final String JSON = "application/json; charset=utf-8";
    private static final String EVENTS = "text/event-stream";

    private static final ai.celune.provider.Provider PROVIDER = new ai.celune.provider.Provider(
            "listed",
            "Listed",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of("/"),
            Optional.empty(),
            Optional.of("/models/"),
            List.of(),
            List.of(List.of("model"), List.of("message", "model")),
            List.of(List.of("usage", "input_tokens"), List.of("message", "usage", "input_tokens")),
            List.of(List.of("usage", "output_tokens"), List.of("message", "usage", "output_tokens")));

    @Test
    void aWholeAnswerTells() {
        assertEquals(
                "m-1 12 345",
                read(
                        JSON,
                        "{\"id\":\"x\",\"model\":\"m-1\",\"choices\":[{\"model\":\"other\"}],"
                                + "\"usage\":{\"input_tokens\":12,\"details\":{\"input_tokens\":99},\"output_tokens\":345}}"));
    }

    @Test
    void whatOnlyLooksLikeUsageIsNotCounted() {
        assertEquals("null null null", read(JSON, """
                {"choices":[{"usage":{"input_tokens":1,"output_tokens":2},"model":"nested"}],
                 "text":"\\"usage\\":{\\"input_tokens\\":3,\\"output_tokens\\":4}","wrapped":{"usage":{"input_tokens":5}},
                 "usage":[{"input_tokens":6}],"usage.input_tokens":7,"message":{"input_tokens":8},"model":{"name":"m"}}"""));
    }

    @Test
    void theLastWordCountsAndOfSeveralPlacesTheFirstThatOccurs() {
        String start =
                "event: message_start\ndata: {\"message\":{\"model\":\"m-2\",\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";
        String delta = "event: message_delta\ndata: {\"usage\":{\"output_tokens\":%d}}\n\n";
        assertEquals("m-2 25 1", read(EVENTS, start));
        assertEquals("m-2 25 15", read(EVENTS, start + delta.formatted(7) + delta.formatted(15)));
    }

    @Test
    void eventsAreReadAsTheirStandardSays() {
        assertEquals("null 3 4", read(EVENTS, """
                : a comment data: {"usage":{"input_tokens":1}}\r
                id: 1\r
                data: {"usage":\r
                data:{"input_tokens":3,\r
                data: "output_tokens":4}}\r
                \r
                data: {"usage":{x"input_tokens":9\r
                \r
                dataset: {"usage":{"input_tokens":8}}\r
                data: [DONE]\r
                \r
                """));
        assertEquals("null 3 null", read(EVENTS, "data: {\"usage\":{\"input_tokens\":3}}\r\rdata: {\"a\":1}\r\r"));
    }

    @Test
    void aStreamThatIsNotJsonIsNotReadForEver() {
        String usage = "data: {\"usage\":{\"input_tokens\":3}}\n\n";
        assertEquals("null 3 null", read(EVENTS, "data: x\n\n".repeat(99) + usage));
        assertEquals("null null null", read(EVENTS, "data: x\n\n".repeat(101) + usage));
    }

    @Test
    void eachElementOfAListIsAnAnswer() {
        assertEquals(
                "null 2 5",
                read(
                        JSON,
                        "[{\"usage\":{\"input_tokens\":2}},\n{\"usage\":{\"output_tokens\":5}},[{\"usage\":{\"input_tokens\":9}}]]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "nonsense",
                "{\"usage\":{\"input_tokens\":5}}}",
                "{\"usage\":{\"input_tokens\":\"5\",\"output_tokens\":null}}",
                "{\"usage\":{\"input_tokens\":-1,\"output_tokens\":1e10}}",
                "{\"model\":\"free text\"}",
                "{'usage':1}"
            })
    void whatIsNoCountIsNone(String body) {
        assertEquals("null null null", read(JSON, body));
    }

    @Test
    void anAnswerThatBreaksOffToldWhatHasCome() {
        assertEquals("m-1 5 null", read(JSON, "{\"model\":\"m-1\",\"usage\":{\"input_tokens\":5,\"output_tok"));
    }

    @Test
    void longTextsAndDeepOnesAreNotKept() {
        String text = "\\u00e9\\\"é€😀\\\\".repeat(100_000);
        String body = "{\"text\":\"" + text + "\",\"usage\":{\"input_tokens\":5,\"output_tokens\":6}}";
        assertEquals("null 5 6", read(JSON, body));
        assertEquals(
                "null null null",
                read(JSON, "{\"a\":" + "[".repeat(101) + "]".repeat(101) + ",\"usage\":{\"input_tokens\":5}}"));
        assertEquals(
                "null 5 null",
                read(JSON, "{\"a\":" + "[".repeat(90) + "]".repeat(90) + ",\"usage\":{\"input_tokens\":5}}"));
    }

    @Test
    void otherMediaTypesAreNotLookedAt() {
        assertEquals("null null null", read("text/plain", "{\"usage\":{\"input_tokens\":5}}"));
        assertEquals("null null null", read("application/jsonl", "{\"usage\":{\"input_tokens\":5}}"));
        assertEquals("null null null", read(null, "{\"usage\":{\"input_tokens\":5}}"));
    }

    @Test
    void thePathNamesTheModelWhereTheAnswerDoesNot() {
        Meter meter = new Meter(PROVIDER, "/v1/models/m-3:generate");
        assertEquals("m-3", meter.model());
        meter.begin(JSON);
        meter.read("{\"model\":\"m-3-0815\"}".getBytes(UTF_8));
        assertEquals("m-3-0815", meter.model());
        assertNull(new Meter(PROVIDER, "/v1/models/m%203:generate").model());
    }

    @Test
    void noTextWhateverItIsBreaksTheMeter() {
        String valid = "data: {\"model\":\"m\",\"a\":[1,{\"b\":\"\\u00e9\"}],\"usage\":{\"input_tokens\":5}}\n\n";
        Fuzz.rounds(5_000, fuzz -> {
            Meter meter = new Meter(PROVIDER, "/");
            meter.begin(fuzz.random().nextBoolean() ? JSON : EVENTS);
            meter.read(fuzz.like(valid).getBytes(UTF_8));
            meter.read(valid.getBytes(UTF_8));
            assertTrue(told(meter).matches("\\S+ (null|\\d+) (null|\\d+)"), told(meter));
        });
    }

    /** As read at once, byte by byte, and in pieces of any size. */
    private static String read(@Nullable String type, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        String whole = told(inPieces(type, bytes, () -> bytes.length));
        assertEquals(whole, told(inPieces(type, bytes, () -> 1)));
        Fuzz.rounds(
                20,
                fuzz -> assertEquals(
                        whole,
                        told(inPieces(type, bytes, () -> 1 + fuzz.random().nextInt(50)))));
        return whole;
    }

    private static Meter inPieces(@Nullable String type, byte[] bytes, IntSupplier size) {
        Meter meter = new Meter(PROVIDER, "/v1/chat");
        meter.begin(type);
        int to;
        for (int from = 0; from < bytes.length; from = to) {
            to = Math.min(bytes.length, from + size.getAsInt());
            meter.read(Arrays.copyOfRange(bytes, from, to));
        }
        return meter;
    }

    private static String told(Meter meter) {
        return meter.model() + " " + meter.inputTokens() + " " + meter.outputTokens();
    }
}
