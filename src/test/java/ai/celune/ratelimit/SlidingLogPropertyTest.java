package ai.celune.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

class SlidingLogPropertyTest extends LogPropertyTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 30 * SECOND);
    private final SlidingLog log = new SlidingLog(clock::get);

    @Override
    Decision take(List<Limit> limits) {
        return log.take(limits);
    }

    @Override
    void giveBack(Decision decision) {
        log.giveBack(decision);
    }

    @Override
    void pass(Random random) {
        clock.addAndGet((long) (random.nextDouble() * random.nextDouble() * 2 * SECOND));
    }

    @Override
    Duration longestWindow() {
        return Duration.ofSeconds(5);
    }

    @Override
    long ticksPerSecond() {
        return SECOND;
    }

    @Override
    int steps() {
        return 3_000;
    }
}
