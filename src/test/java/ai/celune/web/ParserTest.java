package ai.celune.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send beside the body: cursors, page sizes, entity tags, ids of requests and traces. */
class ParserTest {
    private static final UUID ID = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b");
    private static final String CURSOR = "AZClsjxNfm-KmwwdLj9KWw";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void aCursorHasOneSpelling() {
        assertEquals(CURSOR, Page.cursor(ID));
        assertEquals(ID, Page.after(CURSOR));
        assertNull(Page.after(null));
        for (String other : List.of(
                "",
                CURSOR + "==",
                CURSOR.substring(0, 21) + "x",
                CURSOR.replace('-', '+'),
                CURSOR + "AA",
                CURSOR.substring(2),
                ID.toString(),
                " " + CURSOR)) {
            Problem refusal = assertThrows(Problem.class, () -> Page.after(other), other);
            assertEquals(
                    List.of(new Problem.FieldError("cursor", "invalid_cursor", "is not a cursor of this list")),
                    refusal.errors());
        }
    }

    @Test
    void aChangedCursorIsRefusedOrAnotherOne() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(CURSOR);
            try {
                UUID after = Page.after(text);
                assertEquals(text, after == null ? null : Page.cursor(after));
            } catch (Problem refused) {
                assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
            }
        });
    }

    @Test
    void thereIsANextPageExactlyWhenOneRowMoreWasRead() {
        List<UUID> rows = IntStream.range(0, 4)
                .mapToObj(i -> new UUID(ID.getMostSignificantBits(), i))
                .toList();
        assertEquals(new Page<>(List.of("0", "1", "2", "3"), null), page(rows, 4));
        assertEquals(new Page<>(List.of("0", "1", "2"), Page.cursor(rows.get(2))), page(rows, 3));
        assertEquals(new Page<>(List.of(), null), page(List.of(), 1));
    }

    private static Page<String> page(List<UUID> rows, int limit) {
        return Page.of(rows, limit, row -> row, row -> String.valueOf(row.getLeastSignificantBits()));
    }

    @Test
    void aPageHasOneToTwoHundredItems() {
        assertEquals(50, Page.limit(null));
        assertEquals(1, Page.limit(1));
        assertEquals(200, Page.limit(200));
        for (int limit : new int[] {Integer.MIN_VALUE, -1, 0, 201, Integer.MAX_VALUE}) {
            Problem refusal = assertThrows(Problem.class, () -> Page.limit(limit));
            assertEquals("limit", refusal.errors().getFirst().pointer());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "*", "\"6\", \"7\"", "\"7\",\"8\"", " \"7\" "})
    void aTagOfTheVersionIsAccepted(String ifMatch) {
        ETag.require(ifMatch, 7);
        ETag.require(null, 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "\"77\"", "W/\"7\"", "\"6\"", "\"7", "'7'", ",", "\"6\",*", "\"07\"", "\"7 \""})
    void anyOtherTagIsRefused(String ifMatch) {
        Problem refusal = assertThrows(Problem.class, () -> ETag.require(ifMatch, 7));
        assertEquals(ErrorCode.PRECONDITION_FAILED, refusal.code());
    }

    @Test
    void aChangedTagIsRefusedOrStillNamesTheVersion() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("\"12\", \"345\"");
            try {
                ETag.require(text, 345);
                assertTrue(text.equals("*") || text.contains(ETag.of(345)));
            } catch (Problem refused) {
                assertEquals(ErrorCode.PRECONDITION_FAILED, refused.code());
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 4bf92f3577b34da6a3ce929d0e0e4736",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff, 4bf92f3577b34da6a3ce929d0e0e4736",
        "00-00000000000000000000000000000001-0000000000000001-00, 00000000000000000000000000000001",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01,",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01,",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01,",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7,",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x,"
    })
    void onlyAWellFormedTraceParentNamesATrace(String sent, @org.jspecify.annotations.Nullable String traceId) {
        assertEquals(traceId, RequestGate.traceId(sent));
        assertNull(RequestGate.traceId(null));
    }

    @Test
    void aChangedTraceParentNamesNoTraceOrWhatStandsInIt() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("00-" + TRACE + "-00f067aa0ba902b7-01");
            String traceId = RequestGate.traceId(text);
            assertTrue(traceId == null || (traceId.matches("[0-9a-f]{32}") && text.startsWith("00-" + traceId + "-")));
        });
    }

    @Test
    void aRequestIdIsTakenAsItIsOrReplaced() {
        SecureRandom random = new SecureRandom();
        assertEquals("a.b_c-d8", RequestGate.requestId("a.b_c-d8", random));
        assertEquals("a".repeat(64), RequestGate.requestId("a".repeat(64), random));
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("Request.1_2-3");
            String id = RequestGate.requestId(text, random);
            assertTrue(id.matches("[A-Za-z0-9][A-Za-z0-9._-]{7,63}"));
            assertTrue(id.equals(text) || id.matches("[0-9a-f]{32}"));
        });
        assertTrue(RequestGate.requestId(null, random).matches("[0-9a-f]{32}"));
    }

    @Test
    void aUserAgentIsKeptAsPrintableText() {
        assertNull(RequestGate.cut(null));
        assertEquals("curl/8 ??é", RequestGate.cut("curl/8 \u007f\u0085é"));
        assertEquals("x".repeat(256), RequestGate.cut("x".repeat(300)));
        Fuzz.rounds(5_000, fuzz -> {
            // As it comes from the wire: one character for each byte.
            String sent = new String(fuzz.like("agent/1.0 (x; y)").getBytes(UTF_8), ISO_8859_1);
            String kept = String.valueOf(RequestGate.cut(sent));
            assertTrue(kept.length() <= 256);
            assertFalse(kept.chars().anyMatch(Character::isISOControl));
            assertArrayEquals(kept.getBytes(UTF_8), new String(kept.getBytes(UTF_8), UTF_8).getBytes(UTF_8));
        });
    }
}
