package ai.celune.ratelimit;

import java.time.Duration;

/**
 * At most {@code count} calls in any rolling {@code window}.
 *
 * @param key what is counted, for example a class and a principal; one key always goes with one window
 * @param count at least 1
 * @param window at most a day
 */
public record Limit(String key, int count, Duration window) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public Limit {
        if (count < 1) {
            throw new IllegalArgumentException("a limit admits at least one call");
        }
        if (!window.isPositive() || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a window is longer than nothing and at most a day");
        }
    }
}
