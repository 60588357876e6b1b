package ai.celune.ratelimit;

import ai.celune.support.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** By the server's own time: windows are as short as a few calls. */
class ValkeyPropertyTest extends LogPropertyTest {
    private static TestRedis redis;
    private static Valkey valkey;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        valkey = new Valkey(redis.connectTo(), Duration.ofSeconds(10), () -> {});
        Replica.await(valkey.beat("test", Replica.PATIENT));
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Override
    Decision take(List<Limit> limits) {
        return Replica.await(valkey.take(limits));
    }

    @Override
    void giveBack(Decision decision) {
        valkey.giveBack(decision.limits(), decision.takenAt());
    }

    @Override
    void pass(Random random) {}

    @Override
    Duration longestWindow() {
        return Duration.ofMillis(5);
    }

    @Override
    long ticksPerSecond() {
        return 1_000_000;
    }

    @Override
    int steps() {
        return 2_000;
    }
}
