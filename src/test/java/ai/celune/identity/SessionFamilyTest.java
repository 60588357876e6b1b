package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.identity.Session.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What presenting a refresh token of a family means, token by token and second by second (R18). */
class SessionFamilyTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant END = BEGIN.plus(Duration.ofHours(12));
    private static final int EPOCH = 7;

    private Session session;

    @BeforeEach
    void begin() {
        session = new Session(
                UUID.randomUUID(),
                UUID.randomUUID(),
                null,
                EPOCH,
                new byte[32],
                new Session.Beginning("password", null, null, BEGIN),
                BEGIN,
                END);
    }

    @Test
    void aFamilyIsShownWithWhatItBeganWith() {
        SessionView mine = session.view(null, session.id());
        assertEquals(session.id(), mine.id());
        assertEquals(BEGIN, mine.lastSeenAt());
        assertEquals(END, mine.expiresAt());
        assertEquals(END, session.expiresAt());
        assertTrue(mine.current());
        SessionView another = session.view(at(5), session.userId());
        assertEquals(at(5), another.lastSeenAt());
        assertFalse(another.current());
    }

    @Test
    void theNewestTokenRotates() {
        assertEquals(Use.ROTATES, session.use(0, EPOCH, at(0)));
        session.rotate(at(60));
        assertEquals(Use.ROTATES, session.use(1, EPOCH, at(61)));
        assertEquals(Use.ROTATES, session.use(1, EPOCH, at(3_600)));
    }

    @Test
    void itsParentRepeatsForTenSecondsAndIsTheftAfterwards() {
        session.rotate(at(60));
        assertEquals(Use.REPEATS, session.use(0, EPOCH, at(60)));
        assertEquals(Use.REPEATS, session.use(0, EPOCH, at(70)));
        assertEquals(Use.REUSED, session.use(0, EPOCH, at(70).plusNanos(1_000)));
    }

    @Test
    void anyOtherTokenIsTheft() {
        session.rotate(at(60));
        session.rotate(at(61));
        assertEquals(Use.REUSED, session.use(0, EPOCH, at(61)));
        assertEquals(Use.REPEATS, session.use(1, EPOCH, at(61)));
        assertEquals(Use.REUSED, session.use(3, EPOCH, at(61)));
    }

    @Test
    void nothingCountsOnceItHasEnded() {
        assertTrue(session.lives(EPOCH, END.minusNanos(1_000)));
        assertEquals(Use.ENDED, session.use(0, EPOCH, END));
        assertEquals(Use.ENDED, session.use(0, EPOCH + 1, at(1)));
        assertTrue(session.end(at(5)));
        assertEquals(Use.ENDED, session.use(0, EPOCH, at(5)));
        assertFalse(session.end(at(6)), "it ends once");
    }

    @Test
    void aNewProofIsRemembered() {
        assertEquals(BEGIN, session.provedAt());
        session.prove(at(90));
        assertEquals(at(90), session.provedAt());
    }

    private static Instant at(long seconds) {
        return BEGIN.plusSeconds(seconds);
    }
}
