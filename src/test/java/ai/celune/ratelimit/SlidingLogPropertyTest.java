package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R75–R78: the log is exact, whatever the order of calls, waits and undone calls. */
class SlidingLogPropertyTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 30 * SECOND);
    private final SlidingLog log = new SlidingLog(clock::get);

    static List<Long> seeds() {
        return new Random().longs(20).boxed().toList();
    }

    /** Against a list that is searched whole each time; an announced wait is then tried out. */
    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheObviousImplementation(long seed) {
        Random random = new Random(seed);
        Map<String, Limit> limits = new HashMap<>();
        for (String key : List.of("a", "b", "c", "d")) {
            limits.put(key, new Limit(key, 1 + random.nextInt(8), Duration.ofMillis(1 + random.nextInt(5_000))));
        }
        Map<String, List<Long>> oracle = new HashMap<>();
        List<Decision> taken = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            clock.addAndGet((long) (random.nextDouble() * random.nextDouble() * 2 * SECOND));
            List<Limit> asked =
                    limits.values().stream().filter(_ -> random.nextBoolean()).toList();
            if (asked.isEmpty()) {
                continue;
            }
            long now = clock.get();
            boolean expected = asked.stream().allMatch(limit -> live(oracle, limit, now) < limit.count());
            Decision decision = log.take(asked);
            assertEquals(expected, decision.allowed(), "seed " + seed);
            if (expected) {
                asked.forEach(limit -> oracle.computeIfAbsent(limit.key(), _ -> new ArrayList<>())
                        .add(now));
                taken.add(decision);
                assertEquals(
                        asked.stream()
                                .mapToLong(limit -> limit.count() - live(oracle, limit, now))
                                .min()
                                .orElseThrow(),
                        decision.remaining(),
                        "seed " + seed);
            } else {
                long then = now + decision.seconds() * SECOND;
                assertTrue(asked.stream().allMatch(limit -> live(oracle, limit, then) < limit.count()), "seed " + seed);
                long earlier = then - SECOND;
                assertTrue(
                        decision.seconds() == 1
                                || asked.stream().anyMatch(limit -> live(oracle, limit, earlier) >= limit.count()),
                        "seed " + seed);
            }
            if (!taken.isEmpty() && random.nextInt(10) == 0) {
                Decision undone = taken.remove(random.nextInt(taken.size()));
                log.giveBack(undone);
                undone.limits()
                        .forEach(limit -> oracle.getOrDefault(limit.key(), new ArrayList<>())
                                .remove((Object) undone.takenAt()));
            }
        }
    }

    private static long live(Map<String, List<Long>> oracle, Limit limit, long now) {
        return oracle.getOrDefault(limit.key(), List.of()).stream()
                .filter(time -> now - time < limit.window().toNanos())
                .count();
    }
}
