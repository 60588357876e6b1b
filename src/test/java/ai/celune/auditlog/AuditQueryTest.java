package ai.celune.auditlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.auditlog.AuditReads.Position;
import ai.celune.support.Fuzz;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters and cursors of the log: what reaches the database is something that it can compare with. */
class AuditQueryTest {
    private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final String ACTOR = "0190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b";

    @Test
    void whatIsNotSentDoesNotFilter() {
        assertEquals(new AuditFilter(null, null, null, null, null, null), new AuditQuery().parsed());
    }

    @Test
    void everyFilterIsRead() {
        AuditQuery query = new AuditQuery();
        query.actor = ACTOR;
        query.action = "api_key.";
        query.target = "POST /v1/x".substring(5);
        query.from = "2026-11-25T16:00:00Z";
        query.to = "2026-11-25T18:00:00+01:00";
        query.outcome = "denied";
        assertEquals(
                new AuditFilter(
                        UUID.fromString(ACTOR),
                        "api_key.",
                        "/v1/x",
                        Instant.parse("2026-11-25T16:00:00Z"),
                        Instant.parse("2026-11-25T17:00:00Z"),
                        "denied"),
                query.parsed());
    }

    @ParameterizedTest
    @CsvSource({
        "actor, 1-1-1-1-1",
        "actor, 10190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b",
        "actor, me",
        "action, a b",
        "target, a%",
        "from, yesterday",
        "from, 2026-11-25",
        "to, 2026-11-25T16:00:00",
        "to, +10000-01-01T00:00:00Z",
        "from, -0001-01-01T00:00:00Z",
        "to, +1000000000-12-31T23:59:59Z",
        "outcome, Success"
    })
    void aMalformedFilterNamesItself(String name, String value) {
        assertEquals(name, refusal(query(name, value)).errors().getFirst().pointer());
    }

    @Test
    void anEmptyOrOverlongFilterIsRefused() {
        for (String name : new String[] {"actor", "action", "target", "from", "to", "outcome"}) {
            assertEquals(name, refusal(query(name, "")).errors().getFirst().pointer());
        }
        assertEquals(
                "action",
                refusal(query("action", "a".repeat(129))).errors().getFirst().pointer());
        assertEquals("a".repeat(128), query("action", "a".repeat(128)).parsed().action());
    }

    @Test
    void aChangedFilterIsRefusedOrOneThatTheDatabaseKnows() {
        Fuzz.rounds(5_000, fuzz -> {
            AuditQuery query = new AuditQuery();
            query.actor = fuzz.like(ACTOR);
            boolean wide = fuzz.random().nextInt(10) == 0;
            query.from = fuzz.like(wide ? "+999999999-12-31T23:59:59.999999999Z" : "2026-11-25T16:00:00.123456Z");
            query.to = null;
            query.actor = fuzz.random().nextBoolean() ? query.actor : null;
            query.from = fuzz.random().nextBoolean() ? query.from : null;
            query.action = fuzz.random().nextBoolean() ? fuzz.like("session.created") : null;
            try {
                AuditFilter filter = query.parsed();
                if (filter.actor() != null) {
                    assertTrue(filter.actor().toString().equalsIgnoreCase(query.actor));
                }
                if (filter.from() != null) {
                    assertTrue(!filter.from().isBefore(EARLIEST.minusSeconds(86_400))
                            && !filter.from().isAfter(LATEST.plusSeconds(86_400)));
                }
                assertEquals(query.action, filter.action());
            } catch (Problem refused) {
                assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-11-25T16:00:00.123456Z", "9999-12-31T23:59:59.999999Z"})
    void aCursorStandsBehindItsEntry(String recordedAt) {
        Position position = new Position(Instant.parse(recordedAt), UUID.fromString(ACTOR));
        assertEquals(position, Position.of(position.cursor()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MIN_VALUE / 2})
    void aCursorBeforeAllTimeIsRefused(long micros) {
        String cursor = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(24).putLong(micros).array());
        assertEquals(
                "cursor",
                assertThrows(Problem.class, () -> Position.of(cursor))
                        .errors()
                        .getFirst()
                        .pointer());
    }

    @Test
    void aChangedCursorIsRefusedOrAnotherOne() {
        String valid = new Position(Instant.parse("2026-11-25T16:00:00.123456Z"), UUID.fromString(ACTOR)).cursor();
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(valid);
            try {
                Position position = Position.of(text);
                assertEquals(text, position.cursor());
                assertTrue(!position.recordedAt().isBefore(Instant.EPOCH));
            } catch (Problem refused) {
                assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
            }
        });
    }

    private static Problem refusal(AuditQuery query) {
        return assertThrows(Problem.class, query::parsed);
    }

    private static AuditQuery query(String name, String value) {
        AuditQuery query = new AuditQuery();
        switch (name) {
            case "actor" -> query.actor = value;
            case "action" -> query.action = value;
            case "target" -> query.target = value;
            case "from" -> query.from = value;
            case "to" -> query.to = value;
            default -> query.outcome = value;
        }
        return query;
    }
}
