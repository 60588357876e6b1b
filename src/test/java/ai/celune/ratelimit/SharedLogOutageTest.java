package ai.celune.ratelimit;

import static ai.celune.ratelimit.Reliance.Mode.ALONE;
import static ai.celune.ratelimit.Reliance.Mode.SETTLING;
import static ai.celune.ratelimit.Reliance.Mode.SHARED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.TestRedis;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two replicas on a real Redis that is killed, hangs, forgets or refuses (R78, case 53). The replicas' own clocks stand still. */
class SharedLogOutageTest {
    private static final Limit READS = new Limit("{alice}:read", 60, Replica.MINUTE);
    private static final Duration SETTLED = Duration.ofSeconds(65);

    private TestRedis redis;
    private Replica one;
    private Replica other;

    @BeforeEach
    void start() {
        redis = TestRedis.start();
        one = new Replica(redis.connectTo(), Replica.PATIENT);
        other = new Replica(redis.connectTo(), Replica.PATIENT);
        one.beat();
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void aKilledServerLeavesToEachReplicaWhatItsShareStillHolds() {
        assertEquals(40, one.admitted(40, READS));
        assertEquals(10, other.admitted(10, READS));
        redis.kill();
        assertEquals(0, one.admitted(100, READS));
        assertEquals(20, other.admitted(100, READS));
        assertEquals(List.of("began: disconnected, 2"), one.told);
        assertEquals(ALONE, one.beat());
        assertEquals(0, one.admitted(100, READS) + other.admitted(100, READS));
    }

    @Test
    void proofsOfIdentityGetHalfOfTheShare() {
        Limit proofs = new Limit("{mallory}:auth", 10, Replica.MINUTE, true);
        redis.kill();
        assertEquals(2, one.admitted(100, proofs));
        assertEquals(2, other.admitted(100, proofs));
    }

    @Test
    void afterItsReturnBothCountUntilTheServerKnowsAWholeMinute() {
        one.admitted(30, READS);
        redis.kill();
        other.admitted(30, READS);
        redis.startAgain();
        awaitMode(one, SETTLING);
        awaitMode(other, SETTLING);
        assertEquals(0, one.admitted(100, READS) + other.admitted(100, READS));

        Limit fresh = new Limit("{bob}:read", 60, Replica.MINUTE);
        assertEquals(30, one.admitted(100, fresh));
        assertEquals(30, other.admitted(100, fresh));

        one.advance(SETTLED);
        other.advance(SETTLED);
        assertEquals(SHARED, one.beat());
        assertEquals(SHARED, other.beat());
        // The server, whose minute is not over, remembers what both granted meanwhile.
        assertEquals(0, one.admitted(100, fresh) + other.admitted(100, fresh));
        assertEquals(60, one.admitted(100, READS) + other.admitted(100, READS));
        assertEquals(List.of("began: disconnected, 2", "ended"), one.told);
    }

    static List<Long> seeds() {
        return new Random().longs(6).boxed().toList();
    }

    /** At most the limit, and each other replica's share on top: here 60 and 30, however often the server goes and comes within the minute. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whateverHappensTheExcessOfAMinuteIsBounded(long seed) {
        Random random = new Random(seed);
        int admitted = 0;
        boolean running = true;
        for (int step = 0; step < 60; step++) {
            int what = random.nextInt(12);
            if (what == 0 && running) {
                redis.kill();
                running = false;
            } else if (what == 1 && !running) {
                redis.startAgain();
                running = true;
            } else if (what <= 3) {
                (random.nextBoolean() ? one : other).beat();
            } else {
                admitted += (random.nextBoolean() ? one : other).admitted(random.nextInt(12), READS);
            }
        }
        assertTrue(admitted <= 90, admitted + " admitted, seed " + seed);
    }

    @Test
    void aServerThatHangsCostsFiveDeadlinesAndThenNothing() {
        Replica hasty = new Replica(redis.connectTo(), Duration.ofMillis(50));
        hasty.beat();
        assertEquals(3, hasty.shared.replicas());
        redis.hang();
        try {
            for (int i = 1; i <= 5; i++) {
                long millis = millisOf(hasty);
                assertTrue(millis >= 50 && millis < 1_000, "call " + i + " took " + millis + " ms");
            }
            long begin = System.nanoTime();
            // A third of the limit, of which five are taken.
            assertEquals(15, hasty.admitted(1_000, READS));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(millis < 1_000, "a thousand calls took " + millis + " ms");
            assertEquals(List.of("began: late, 3"), hasty.told);
        } finally {
            redis.resume();
        }
        awaitMode(hasty, SETTLING);
    }

    private static long millisOf(Replica replica) {
        long begin = System.nanoTime();
        assertTrue(replica.take(READS).allowed());
        return (System.nanoTime() - begin) / 1_000_000;
    }

    @Test
    void anEmptiedServerIsNoticedWithTheNextHeartbeat() {
        one.admitted(60, READS);
        redis.ask(Command.FLUSHALL);
        assertEquals(ALONE, one.beat());
        assertEquals(ALONE, other.beat());
        assertEquals(List.of("began: emptied, 2"), one.told);
        assertEquals(SETTLING, one.beat());
        assertEquals(SETTLING, other.beat());
        assertEquals(0, one.admitted(100, READS));
        assertEquals(30, other.admitted(100, READS));
    }

    @Test
    void aServerThatIsFullIsAsGoodAsGone() {
        redis.ask(Command.CONFIG, "SET", "maxmemory", 1);
        assertRefusing();
        redis.ask(Command.CONFIG, "SET", "maxmemory", 0);
        assertEquals(SETTLING, one.beat());
    }

    @Test
    void aServerThatBecameAReadOnlyCopyIsAsGoodAsGone() {
        redis.ask(Command.REPLICAOF, "127.0.0.1", 1);
        assertRefusing();
        redis.ask(Command.REPLICAOF, "NO", "ONE");
        assertEquals(SETTLING, one.beat());
    }

    private void assertRefusing() {
        assertEquals(30, one.admitted(100, READS));
        assertEquals(List.of("began: refused, 2"), one.told);
        assertEquals(ALONE, one.beat());
    }

    @Test
    void withAWrongPasswordAReplicaBeginsAloneAndSaysNothingOfIt() {
        redis.ask(Command.CONFIG, "SET", "requirepass", "the-right-one");
        Replica stranger =
                new Replica(redis.connectTo("redis://:the-wrong-one@127.0.0.1:" + redis.port()), Replica.PATIENT);
        assertEquals(ALONE, stranger.shared.mode());
        assertEquals(List.of("began: refused, 1"), stranger.told);
        // Knowing of no other, it takes itself for the only one.
        assertEquals(60, stranger.admitted(100, READS));
    }

    @Test
    void aServerWithoutRoomForConnectionsIsTriedAgain() {
        redis.ask(Command.CONFIG, "SET", "maxclients", 1);
        Replica late = new Replica(redis.connectTo(), Replica.PATIENT);
        assertEquals(ALONE, late.shared.mode());
        for (int i = 0; i < 40; i++) {
            assertEquals(ALONE, late.beat());
        }
        redis.ask(Command.CONFIG, "SET", "maxclients", 1_000);
        awaitMode(late, SETTLING);
    }

    private static void awaitMode(Replica replica, Reliance.Mode expected) {
        long begin = System.nanoTime();
        while (replica.beat() != expected) {
            assertTrue(System.nanoTime() - begin < Duration.ofSeconds(20).toNanos(), "waited in vain for " + expected);
        }
    }
}
