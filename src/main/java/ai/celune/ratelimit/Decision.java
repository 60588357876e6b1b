package ai.celune.ratelimit;

import java.util.List;

/**
 * The answer to one call against all its limits.
 *
 * <p>{@link #tightest()} is the limit that leaves the fewest calls, or, when the call was refused, the one to wait for longest; the numbers are its
 * numbers.
 */
public final class Decision {
    private final boolean allowed;
    private final Limit tightest;
    private final int remaining;
    private final long seconds;
    private final List<Limit> limits;
    private final long takenAt;
    private boolean undone;

    Decision(boolean allowed, Limit tightest, int remaining, long seconds, List<Limit> limits, long takenAt) {
        this.allowed = allowed;
        this.tightest = tightest;
        this.remaining = remaining;
        this.seconds = seconds;
        this.limits = limits;
        this.takenAt = takenAt;
    }

    public boolean allowed() {
        return allowed;
    }

    public Limit tightest() {
        return tightest;
    }

    /** Calls that would still be admitted now; 0 after a refusal. */
    public int remaining() {
        return remaining;
    }

    /** Whole seconds, at least 1, after which one more slot is free, provided nobody takes it first. The value of {@code Retry-After}. */
    public long seconds() {
        return seconds;
    }

    List<Limit> limits() {
        return limits;
    }

    long takenAt() {
        return takenAt;
    }

    /** Whether there is something to undo: true at most once. Guarded by the log's lock. */
    boolean undo() {
        boolean first = allowed && !undone;
        undone = true;
        return first;
    }
}
