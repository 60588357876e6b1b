package ai.celune.ratelimit;

import java.time.Duration;

/**
 * At most {@code count} calls in any rolling {@code window}.
 *
 * @param key what is counted, a principal in braces and a class; one key always goes with one window
 * @param count at least 1
 * @param window at most a day
 * @param proof whether it bounds guesses at a password or code
 */
public record Limit(String key, int count, Duration window, boolean proof) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public Limit {
        if (count < 1) {
            throw new IllegalArgumentException("a limit admits at least one call");
        }
        if (!window.isPositive() || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a window is longer than nothing and at most a day");
        }
    }

    public Limit(String key, int count, Duration window) {
        this(key, count, window, false);
    }

    /** Whose limit it is: the part of the key that a cluster keeps together. */
    String principal() {
        int end = key.indexOf('}');
        return end < 0 ? key : key.substring(0, end + 1);
    }

    /** What one of several replicas may admit that cannot ask each other; half of it where guesses are bounded (R78). */
    Limit share(int replicas) {
        return withCount(Math.max(1, count / (proof ? 2 * replicas : replicas)));
    }

    /** Counts and refuses nothing. */
    Limit unbounded() {
        return withCount(Integer.MAX_VALUE);
    }

    private Limit withCount(int other) {
        return new Limit(key, other, window, proof);
    }
}
