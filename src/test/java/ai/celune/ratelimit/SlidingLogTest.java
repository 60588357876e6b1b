package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** R75–R78 and the adversarial cases 48, 49, 52, 54 and 55. */
class SlidingLogTest {
    private static final Limit READS = new Limit("read:alice", 60, Duration.ofMinutes(1));
    private static final long SECOND = 1_000_000_000;

    // The clock starts just before it wraps, as a monotonic one may.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 30 * SECOND);
    private final SlidingLog log = new SlidingLog(clock::get);

    @Test
    void admitsExactlyTheLimit() {
        for (int i = 0; i < 60; i++) {
            assertEquals(59 - i, take(READS).remaining());
        }
        Decision refused = take(READS);
        assertFalse(refused.allowed());
        assertEquals(0, refused.remaining());
        assertEquals(60, refused.seconds());
        assertSame(READS, refused.tightest());
    }

    @Test
    void theWindowRolls() {
        exhaust(READS);
        advance(59.9);
        assertFalse(take(READS).allowed());
        advance(0.2);
        assertTrue(take(READS).allowed());
    }

    @Test
    void sixtyLateAndSixtyEarlyDoNotPass() {
        advance(59);
        exhaust(READS);
        advance(2);
        for (int i = 0; i < 60; i++) {
            assertFalse(take(READS).allowed());
        }
    }

    @Test
    void refusedCallsDoNotExtendTheWait() {
        exhaust(READS);
        for (int second = 0; second < 60; second++) {
            assertEquals(60 - second, take(READS).seconds());
            advance(1);
        }
        assertTrue(take(READS).allowed());
    }

    @Test
    void theWaitIsRoundedUpAndNeverZero() {
        exhaust(READS);
        advance(59.5);
        assertEquals(1, take(READS).seconds());
        advance(0.499999999);
        assertEquals(1, take(READS).seconds());
        advance(0.000000001);
        assertTrue(take(READS).allowed());
    }

    @Test
    void takesFromAllLimitsOrFromNone() {
        Limit account = new Limit("auth:account", 10, Duration.ofMinutes(1));
        Limit address = new Limit("auth:address", 3, Duration.ofMinutes(1));
        for (int i = 0; i < 3; i++) {
            assertTrue(take(account, address).allowed());
        }
        for (int i = 0; i < 20; i++) {
            Decision refused = take(account, address);
            assertFalse(refused.allowed());
            assertSame(address, refused.tightest());
        }
        assertEquals(6, take(account).remaining());
    }

    @Test
    void namesTheLimitThatLeavesFewest() {
        Limit wide = new Limit("wide", 100, Duration.ofMinutes(1));
        Limit narrow = new Limit("narrow", 5, Duration.ofSeconds(10));
        Decision taken = take(wide, narrow);
        assertSame(narrow, taken.tightest());
        assertEquals(4, taken.remaining());
        assertEquals(10, taken.seconds());
    }

    @Test
    void announcesTheLongestOfSeveralWaits() {
        Limit minute = new Limit("minute", 1, Duration.ofMinutes(1));
        Limit hour = new Limit("hour", 1, Duration.ofHours(1));
        take(minute, hour);
        assertEquals(3600, take(minute, hour).seconds());
        assertSame(hour, take(minute, hour).tightest());
    }

    @Test
    void aLoweredCountIsWaitedForInFull() {
        for (int i = 0; i < 10; i++) {
            take(new Limit("k", 10, Duration.ofMinutes(1)));
            advance(1);
        }
        Limit share = new Limit("k", 3, Duration.ofMinutes(1));
        long wait = take(share).seconds();
        assertEquals(57, wait);
        advance((double) wait);
        assertTrue(take(share).allowed());
        assertFalse(take(share).allowed());
    }

    @Test
    void givingBackLeavesTheLogToOthers() {
        log.giveBack(take(READS));
        // In another thread.
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> take(READS));
    }

    @Test
    void givesBackOnceAndOnlyWhatWasTaken() {
        exhaust(new Limit("read:alice", 59, Duration.ofMinutes(1)));
        Decision last = take(READS);
        log.giveBack(take(READS));
        assertFalse(take(READS).allowed());
        log.giveBack(last);
        log.giveBack(last);
        assertTrue(take(READS).allowed());
        assertFalse(take(READS).allowed());
    }

    @Test
    void refusesNewKeysWhenFullAndKeepsTheOldOnes() {
        SlidingLog small = new SlidingLog(clock::get, 2);
        assertTrue(small.take(List.of(limit("a"))).allowed());
        advance(10);
        assertTrue(small.take(List.of(limit("b"))).allowed());
        assertFalse(small.take(List.of(limit("c"))).allowed());
        assertFalse(small.take(List.of(limit("a"), limit("c"))).allowed());
        assertEquals(58, small.take(List.of(limit("b"))).remaining());
        Decision refused = small.take(List.of(limit("c")));
        assertEquals(50, refused.seconds());
        advance(50);
        assertTrue(small.take(List.of(limit("c"))).allowed());
        assertFalse(small.take(List.of(limit("d"))).allowed());
    }

    @Test
    void aCallWithMoreKeysThanTheTableHoldsIsRefused() {
        SlidingLog small = new SlidingLog(clock::get, 1);
        assertFalse(small.take(List.of(limit("a"), limit("b"))).allowed());
        assertTrue(small.take(List.of(limit("a"))).allowed());
    }

    @Test
    void isExactUnderContention() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
            for (int calls : new int[] {61, 640}) {
                SlidingLog shared = new SlidingLog(System::nanoTime);
                CyclicBarrier start = new CyclicBarrier(61);
                Callable<Boolean> call = () -> {
                    if (calls == 61) {
                        start.await();
                    }
                    return shared.take(List.of(READS, limit("other"))).allowed();
                };
                int admitted = 0;
                for (Future<Boolean> answer : threads.invokeAll(
                        IntStream.range(0, calls).mapToObj(_ -> call).toList())) {
                    admitted += answer.get() ? 1 : 0;
                }
                assertEquals(60, admitted);
            }
        }
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new Limit("k", 0, Duration.ofMinutes(1)));
        assertThrows(IllegalArgumentException.class, () -> new Limit("k", 1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Limit("k", 1, Duration.ofDays(2)));
        assertThrows(IllegalArgumentException.class, () -> log.take(List.of()));
        assertThrows(IllegalArgumentException.class, () -> take(limit("k"), limit("k")));
    }

    private static Limit limit(String key) {
        return new Limit(key, 60, Duration.ofMinutes(1));
    }

    private Decision take(Limit... limits) {
        return log.take(List.of(limits));
    }

    private void exhaust(Limit limit) {
        for (int i = 0; i < limit.count(); i++) {
            assertTrue(take(limit).allowed());
        }
    }

    private void advance(double seconds) {
        clock.addAndGet(Math.round(seconds * SECOND));
    }
}
