package ai.celune.support;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** How long calls take, in microseconds. */
public final class Medians {
    private Medians() {}

    /** The median of each kind. Every turn makes one call of each, and another one first, so that no kind has the better moments. */
    public static Map<String, Long> inTurn(int turns, Map<String, Runnable> kinds) {
        Map<String, List<Long>> times = new TreeMap<>();
        List<Map.Entry<String, Runnable>> order = new ArrayList<>(kinds.entrySet());
        for (int i = 0; i < turns; i++) {
            order.forEach(kind -> times.computeIfAbsent(kind.getKey(), first -> new ArrayList<>())
                    .add(duration(kind.getValue())));
            Collections.rotate(order, 1);
        }
        Map<String, Long> medians = new TreeMap<>();
        times.forEach((kind, all) -> medians.put(kind, of(all)));
        return medians;
    }

    public static long duration(Runnable call) {
        long begin = System.nanoTime();
        call.run();
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin);
    }

    public static long of(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
