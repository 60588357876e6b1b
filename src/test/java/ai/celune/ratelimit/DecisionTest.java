package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.ratelimit.Decision.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller is told when the shared and the local log both count a call (R78). */
class DecisionTest {
    private static final Limit SHARED = new Limit("{a}read", 60, Duration.ofMinutes(1));
    private static final Limit LOCAL = new Limit("{a}read", 30, Duration.ofMinutes(1));

    @ParameterizedTest
    @CsvSource({"ALLOWED, 4, LOCAL", "ALLOWED, 5, SHARED", "ALLOWED, 6, SHARED", "LIMITED, 0, SHARED"})
    void theNumbersAreThoseOfTheLogThatLeavesFewerCalls(Outcome local, int left, String of) {
        Decision shared = new Decision(Outcome.ALLOWED, SHARED, 5, 7, List.of(SHARED), 100);
        Decision both = shared.alsoIn(new Decision(local, LOCAL, left, 9, List.of(LOCAL), 200));
        assertTrue(both.allowed());
        assertSame(of.equals("LOCAL") ? LOCAL : SHARED, both.tightest());
        assertEquals(of.equals("LOCAL") ? left : 5, both.remaining());
        assertEquals(of.equals("LOCAL") ? 9 : 7, both.seconds());
        assertEquals(List.of(SHARED), both.limits());
        assertEquals(200, both.takenAt());
        assertEquals(OptionalLong.of(100), both.sharedAt());
    }

    @Test
    void whoHasEndedIsNeitherAllowedNorUndone() {
        Decision ended = new Decision(Outcome.of(-1), SHARED, 0, 1, List.of(SHARED), 1);
        assertTrue(ended.ended());
        assertFalse(ended.allowed());
        assertFalse(ended.undo());
        Decision limited = new Decision(Outcome.of(0), SHARED, 0, 1, List.of(SHARED), 1);
        assertFalse(limited.ended());
        assertFalse(limited.allowed());
        assertEquals(OptionalLong.empty(), limited.sharedAt());
    }

    @Test
    void whatIsUndoneIsUndoneOnce() {
        Decision allowed = new Decision(Outcome.of(1), SHARED, 59, 1, List.of(SHARED), 1);
        assertTrue(allowed.undo());
        assertFalse(allowed.undo());
    }

    @Test
    void aPrincipalIsThePartThatAClusterKeepsTogether() {
        assertEquals("{a}", SHARED.principal());
        assertEquals("{}", new Limit("{}x", 1, Duration.ofDays(1)).principal());
        assertEquals("}", new Limit("}x", 1, Duration.ofSeconds(1)).principal());
        assertEquals("plain", new Limit("plain", 1, Duration.ofSeconds(1)).principal());
        assertEquals(Integer.MAX_VALUE, SHARED.unbounded().count());
    }
}
