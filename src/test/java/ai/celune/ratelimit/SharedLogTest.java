package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.TestRedis;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas on a real Redis that is well (R75–R78; cases 48, 49, 52, 54 and 55). */
class SharedLogTest {
    private static final String PREFIX = "celune:limit:";

    private static TestRedis redis;
    private static Valkey valkey;
    private static Replica one;
    private static Replica other;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        valkey = new Valkey(redis.connectTo(), Replica.PATIENT, () -> {});
        Replica.await(valkey.beat("third", Replica.PATIENT));
        one = new Replica(redis.connectTo(), Replica.PATIENT);
        other = new Replica(redis.connectTo(), Replica.PATIENT);
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void sixtyFourWritersOnTwoReplicasAreAdmittedExactlySixtyTimes() throws Exception {
        Limit reads = minute("{crowd}:read", 60);
        List<Callable<Integer>> writers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            Replica replica = i % 2 == 0 ? one : other;
            writers.add(() -> replica.admitted(20, reads));
        }
        int admitted = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
            for (Future<Integer> writer : threads.invokeAll(writers)) {
                admitted += writer.get();
            }
        }
        assertEquals(60, admitted);
    }

    @Test
    void everyAnswerTellsWhatIsLeftOverAllReplicas() {
        Limit reads = minute("{alice}:read", 60);
        for (int i = 1; i <= 60; i++) {
            Decision taken = (i % 2 == 0 ? one : other).take(reads);
            assertTrue(taken.allowed());
            assertEquals(60 - i, taken.remaining());
            assertSame(reads, taken.tightest());
        }
        Decision refused = one.take(reads);
        assertFalse(refused.allowed());
        assertEquals(0, refused.remaining());
        assertTrue(refused.seconds() >= 50 && refused.seconds() <= 60, "wait " + refused.seconds());
    }

    @Test
    void refusedCallsBurnNothingAndDoNotLengthenTheWait() {
        Limit reads = minute("{bob}:read", 3);
        one.admitted(3, reads);
        long wait = one.take(reads).seconds();
        String before = redis.ask(Command.LRANGE, PREFIX + reads.key(), 0, -1);
        assertEquals(0, one.admitted(50, reads) + other.admitted(50, reads));
        assertEquals(before, redis.ask(Command.LRANGE, PREFIX + reads.key(), 0, -1));
        assertTrue(other.take(reads).seconds() <= wait);
    }

    /** By the server's time, to the microsecond; each announced wait is the time that is left, rounded up. */
    @Test
    void theWindowRollsAndEachWaitIsTrue() {
        Duration window = Duration.ofMillis(1_100);
        Limit limit = new Limit("{carol}:edge", 2, window);
        long first = ask(limit).takenAt();
        assertTrue(one.take(limit).allowed());
        Decision decision = ask(limit);
        long refused = 0;
        while (!decision.allowed()) {
            long left = first + 1_100_000 - decision.takenAt();
            assertTrue(left > 0, "refused " + -left + " µs too late");
            assertEquals(Math.max(1, Math.ceilDiv(left, 1_000_000)), decision.seconds());
            refused++;
            decision = ask(limit);
        }
        assertTrue(decision.takenAt() - first >= 1_100_000, "too early");
        assertTrue(refused > 10, "refused " + refused);
    }

    /** Whatever a database says that has forgotten it (R28). */
    @Test
    void whoHasEndedIsKnownOnEveryReplicaAndTakesNoSlot() {
        Limit reads = minute("{ghost}:read", 60);
        assertTrue(other.take(reads).allowed());
        one.shared.bury("{ghost}", Instant.EPOCH);
        one.shared.bury("{going}", Instant.now().plusSeconds(60));
        for (Replica replica : List.of(one, other)) {
            Decision decision = replica.take(reads);
            assertTrue(decision.ended());
            assertFalse(decision.allowed());
        }
        assertEquals("1", redis.ask(Command.LLEN, PREFIX + "{ghost}:read"));
        long left = Long.parseLong(redis.ask(Command.PTTL, PREFIX + "{ghost}:ended"));
        assertTrue(
                left > Duration.ofDays(29).toMillis()
                        && left <= Duration.ofDays(30).toMillis(),
                left + " ms");
        assertTrue(other.take(minute("{going}:read", 60)).allowed());
    }

    private static Decision ask(Limit limit) {
        return Replica.await(valkey.take(List.of(limit)));
    }

    @Test
    void takesFromAllLimitsOrFromNone() {
        Limit account = minute("{dave}:account", 10);
        Limit address = minute("{dave}:address", 3);
        for (int i = 0; i < 3; i++) {
            Decision taken = one.take(account, address);
            assertTrue(taken.allowed());
            assertSame(address, taken.tightest());
        }
        for (int i = 0; i < 20; i++) {
            Decision refused = other.take(account, address);
            assertFalse(refused.allowed());
            assertSame(address, refused.tightest());
        }
        assertEquals(6, one.take(account).remaining());
    }

    @Test
    void announcesTheLongestOfSeveralWaits() {
        Limit minute = minute("{erin}:minute", 1);
        Limit hour = new Limit("{erin}:hour", 1, Duration.ofHours(1));
        one.take(minute, hour);
        Decision refused = other.take(minute, hour);
        assertSame(hour, refused.tightest());
        assertTrue(refused.seconds() > 3_500, "wait " + refused.seconds());
    }

    @Test
    void aLoweredCountIsWaitedForInFull() {
        Limit limit = minute("{frank}:read", 10);
        one.admitted(10, limit);
        long taken = ask(limit).takenAt();
        redis.ask(Command.DEL, PREFIX + limit.key());
        for (int second = 10; second > 0; second--) {
            redis.ask(Command.RPUSH, PREFIX + limit.key(), taken - second * 1_000_000L);
        }
        assertEquals(57, other.take(minute(limit.key(), 3)).seconds());
    }

    @Test
    void givesBackOnceAndOnlyWhatWasTaken() {
        Limit reads = minute("{grace}:read", 60);
        one.admitted(59, reads);
        Decision last = one.take(reads);
        one.giveBack(one.take(reads));
        assertFalse(one.take(reads).allowed());
        one.giveBack(last);
        one.giveBack(last);
        assertTrue(one.take(reads).allowed());
        assertFalse(one.take(reads).allowed());
    }

    @Test
    void everyKeyHasAPrefixAndGoesSoonAfterItsWindow() {
        one.take(minute("{heidi}:read", 60));
        for (String key : redis.keys()) {
            assertTrue(key.startsWith(PREFIX), key);
        }
        for (String key : List.of("{heidi}:read", "replicas")) {
            long left = Long.parseLong(redis.ask(Command.PTTL, PREFIX + key));
            assertTrue(left > 0 && left <= 61_000, key + " lives for " + left);
        }
    }

    @Test
    void aClockThatWasSetBackNeitherLocksOutNorLetsIn() {
        Limit limit = minute("{ivan}:read", 3);
        long future = redis.micros() + Duration.ofHours(2).toNanos() / 1_000;
        for (int i = 0; i < 3; i++) {
            redis.ask(Command.RPUSH, PREFIX + limit.key(), future + i * 20_000_000L);
        }
        // Taken 40, 20 and 0 seconds before the newest.
        Decision refused = one.take(limit);
        assertFalse(refused.allowed());
        assertEquals(20, refused.seconds());
    }

    @Test
    void aScriptThatTheServerForgotIsSentAgain() {
        Limit limit = minute("{judy}:read", 60);
        one.take(limit);
        redis.ask(Command.SCRIPT, "FLUSH");
        assertEquals(58, one.take(limit).remaining());
        assertEquals(57, other.take(limit).remaining());
    }

    @Test
    void liveReplicasAreCounted() {
        one.beat();
        other.beat();
        assertEquals(3, one.shared.replicas());
        assertEquals(3, other.shared.replicas());
    }

    private static Limit minute(String key, int count) {
        return new Limit(key, count, Replica.MINUTE);
    }
}
