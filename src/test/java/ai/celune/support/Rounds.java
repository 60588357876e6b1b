package ai.celune.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several ways to do one thing, each measured by the wall time of its calls. */
public final class Rounds {
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
        Comparison comparison = new Comparison(title, "µs per call");
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Map.Entry<String, Callable<Call>> arm : arms.entrySet()) {
                List<Call> calls = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    calls.add(arm.getValue().call());
                }
                comparison.arm(arm.getKey(), () -> new double[] {round(pool, calls)});
            }
            comparison.run();
        }
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
}
