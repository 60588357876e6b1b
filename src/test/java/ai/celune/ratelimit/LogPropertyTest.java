package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R75–R78: a log is exact, whatever the order of calls, waits and undone calls. */
abstract class LogPropertyTest {
    /** The log under test; its own clock tells the times of its decisions. */
    abstract Decision take(List<Limit> limits);

    abstract void giveBack(Decision decision);

    /** Lets some time pass, or leaves it to the log's own clock. */
    abstract void pass(Random random);

    abstract Duration longestWindow();

    /** Of the clock that tells the times of decisions. */
    abstract long ticksPerSecond();

    abstract int steps();

    static List<Long> seeds() {
        return new Random().longs(20).boxed().toList();
    }

    /** Against a list that is searched whole each time; an announced wait is then tried out on it. */
    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheObviousImplementation(long seed) {
        Random random = new Random(seed);
        Map<String, Limit> limits = new HashMap<>();
        for (String name : List.of("a", "b", "c", "d")) {
            String key = "{" + seed + "}:" + name;
            Duration window = longestWindow().dividedBy(1_000).multipliedBy(1 + random.nextInt(1_000));
            limits.put(key, new Limit(key, 1 + random.nextInt(8), window));
        }
        Map<String, List<Long>> oracle = new HashMap<>();
        List<Decision> taken = new ArrayList<>();
        for (int step = 0; step < steps(); step++) {
            pass(random);
            List<Limit> asked =
                    limits.values().stream().filter(_ -> random.nextBoolean()).toList();
            if (asked.isEmpty()) {
                continue;
            }
            Decision decision = take(asked);
            long now = decision.takenAt();
            boolean expected = asked.stream().allMatch(limit -> live(oracle, limit, now) < limit.count());
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
                long then = now + decision.seconds() * ticksPerSecond();
                assertTrue(asked.stream().allMatch(limit -> live(oracle, limit, then) < limit.count()), "seed " + seed);
                long earlier = then - ticksPerSecond();
                assertTrue(
                        decision.seconds() == 1
                                || asked.stream().anyMatch(limit -> live(oracle, limit, earlier) >= limit.count()),
                        "seed " + seed);
            }
            if (!taken.isEmpty() && random.nextInt(10) == 0) {
                Decision undone = taken.remove(random.nextInt(taken.size()));
                giveBack(undone);
                undone.limits()
                        .forEach(limit -> oracle.getOrDefault(limit.key(), new ArrayList<>())
                                .remove((Object) undone.takenAt()));
            }
        }
    }

    private long live(Map<String, List<Long>> oracle, Limit limit, long now) {
        long window = Math.round(limit.window().toNanos() / 1e9 * ticksPerSecond());
        return oracle.getOrDefault(limit.key(), List.of()).stream()
                .filter(time -> now - time < window)
                .count();
    }
}
