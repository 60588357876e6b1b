package ai.celune.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several ways to do one thing, measured in turn (A B C A B C …) after a warm-up, so that a machine whose speed drifts is equally slow for all. Prints medians
 * with their spread, and each arm's ratio to the first, round by round.
 */
public final class Rounds {
    private static final int ROUNDS = 9;
    private static final int WARM_UP = 3;

    private final String title;
    private final int threads;
    private final int callsPerRound;
    private final Map<String, Callable<Call>> arms = new LinkedHashMap<>();

    /** @param callsPerRound of each arm, over all threads */
    public Rounds(String title, int threads, int callsPerRound) {
        this.title = title;
        this.threads = threads;
        this.callsPerRound = callsPerRound;
    }

    /** One call of an arm; belongs to one thread. */
    @FunctionalInterface
    public interface Call {
        void run() throws Exception;
    }

    /** Adds a way; {@code perThread} makes what one thread needs. */
    public void arm(String name, Callable<Call> perThread) {
        arms.put(name, perThread);
    }

    public void run() throws Exception {
        Map<String, List<Call>> ready = new LinkedHashMap<>();
        for (Map.Entry<String, Callable<Call>> arm : arms.entrySet()) {
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                calls.add(arm.getValue().call());
            }
            ready.put(arm.getKey(), calls);
        }
        Map<String, double[]> micros = new LinkedHashMap<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (Map.Entry<String, List<Call>> arm : ready.entrySet()) {
                    double each = round(pool, arm.getValue());
                    if (round >= 0) {
                        micros.computeIfAbsent(arm.getKey(), _ -> new double[ROUNDS])[round] = each;
                    }
                }
            }
        }
        print(micros);
    }

    /** Microseconds per call, wall time over all threads. */
    private double round(ExecutorService pool, List<Call> calls) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        int each = callsPerRound / threads;
        for (Call call : calls) {
            running.add(pool.submit(() -> {
                start.await();
                for (int i = 0; i < each; i++) {
                    call.run();
                }
                return null;
            }));
        }
        long begin = System.nanoTime();
        start.countDown();
        for (Future<?> one : running) {
            one.get();
        }
        return (System.nanoTime() - begin) / 1_000.0 / each / threads;
    }

    private void print(Map<String, double[]> micros) {
        StringBuilder table = new StringBuilder(
                "\n" + title
                        + "\n| way | µs per call, median (least–most) | ratio to the first, median (least–most) |\n|---|---|---|\n");
        double[] first = micros.values().iterator().next();
        micros.forEach((name, all) -> {
            double[] ratios = new double[all.length];
            for (int i = 0; i < all.length; i++) {
                ratios[i] = all[i] / first[i];
            }
            table.append("| %s | %s | %s |%n".formatted(name, spread(all, "%.0f"), spread(ratios, "%.2f")));
        });
        org.jboss.logging.Logger.getLogger(Rounds.class).info(table);
    }

    private static String spread(double[] values, String format) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (format + " (" + format + "–" + format + ")")
                .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1])
                .toLowerCase(Locale.ROOT);
    }
}
