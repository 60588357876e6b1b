package ai.celune.ratelimit;

import static ai.celune.ratelimit.Reliance.Mode.ALONE;
import static ai.celune.ratelimit.Reliance.Mode.SETTLING;
import static ai.celune.ratelimit.Reliance.Mode.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** R78: when a replica leaves the shared log, and when it takes it up again. */
class RelianceTest {
    // The clock starts just before it wraps, as a monotonic one may.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 30_000_000_000L);
    private final Reliance reliance = new Reliance(clock::get, Duration.ofSeconds(65));

    @Test
    void fiveFailuresInARowBeginOneOutage() {
        for (int i = 1; i <= 4; i++) {
            assertFalse(reliance.failed());
        }
        assertEquals(SHARED, reliance.mode());
        assertTrue(reliance.failed());
        assertEquals(ALONE, reliance.mode());
        for (int i = 1; i <= 10; i++) {
            assertFalse(reliance.failed());
        }
        assertEquals(ALONE, reliance.mode());
    }

    @Test
    void anAnswerInBetweenStartsTheRowAnew() {
        for (int i = 1; i <= 100; i++) {
            assertFalse(reliance.failed());
            if (i % 4 == 0) {
                reliance.answered();
            }
        }
        assertEquals(SHARED, reliance.mode());
    }

    @Test
    void aLossCountsAtOnce() {
        assertTrue(reliance.lost());
        assertFalse(reliance.lost());
        assertEquals(ALONE, reliance.mode());
    }

    @Test
    void afterItsReturnBothLogsCountForAWholeWindow() {
        reliance.lost();
        assertFalse(reliance.heard());
        assertEquals(SETTLING, reliance.mode());
        advance(64.9);
        assertFalse(reliance.heard());
        assertEquals(SETTLING, reliance.mode());
        advance(0.1);
        assertTrue(reliance.heard());
        assertEquals(SHARED, reliance.mode());
        assertFalse(reliance.heard());
    }

    @Test
    void aSecondLossMeanwhileBelongsToTheSameOutageAndStartsTheWindowAnew() {
        reliance.lost();
        reliance.heard();
        advance(60);
        assertFalse(reliance.lost());
        assertEquals(ALONE, reliance.mode());
        reliance.heard();
        advance(10);
        assertFalse(reliance.heard());
        assertEquals(SETTLING, reliance.mode());
    }

    private void advance(double seconds) {
        clock.addAndGet(Math.round(seconds * 1e9));
    }
}
