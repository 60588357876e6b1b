package ai.celune.ratelimit;

import java.util.List;
import java.util.OptionalLong;

/**
 * The answer to one call against all its limits.
 *
 * <p>{@link #tightest()} is the limit that leaves the fewest calls, or, when the call was refused, the one to wait for longest; the numbers are its
 * numbers.
 */
public final class Decision {
    private final Outcome outcome;
    private final Limit tightest;
    private final int remaining;
    private final long seconds;
    private final List<Limit> limits;
    private final long takenAt;
    private final OptionalLong sharedAt;
    private boolean undone;

    /** What becomes of a call. */
    enum Outcome {
        ALLOWED,
        LIMITED,
        /** The principal has ended for good, and no slot was looked at. */
        ENDED;

        static Outcome of(long answer) {
            return answer < 0 ? ENDED : answer == 0 ? LIMITED : ALLOWED;
        }
    }

    Decision(Outcome outcome, Limit tightest, int remaining, long seconds, List<Limit> limits, long takenAt) {
        this(outcome, tightest, remaining, seconds, limits, takenAt, OptionalLong.empty());
    }

    private Decision(
            Outcome outcome,
            Limit tightest,
            int remaining,
            long seconds,
            List<Limit> limits,
            long takenAt,
            OptionalLong sharedAt) {
        this.outcome = outcome;
        this.tightest = tightest;
        this.remaining = remaining;
        this.seconds = seconds;
        this.limits = limits;
        this.takenAt = takenAt;
        this.sharedAt = sharedAt;
    }

    /** This one of the shared log, counted in the local one too: with the numbers of whichever leaves fewer calls. */
    Decision alsoIn(Decision local) {
        Decision tighter = local.allowed() && local.remaining < remaining ? local : this;
        return new Decision(
                Outcome.ALLOWED,
                tighter.tightest,
                tighter.remaining,
                tighter.seconds,
                limits,
                local.takenAt,
                OptionalLong.of(takenAt));
    }

    public boolean allowed() {
        return outcome == Outcome.ALLOWED;
    }

    /** Whether the principal has ended for good, by a tombstone. */
    boolean ended() {
        return outcome == Outcome.ENDED;
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

    /** By the clock of the log that decided. */
    long takenAt() {
        return takenAt;
    }

    /** By the shared log's clock; empty when it knows nothing of the call. */
    OptionalLong sharedAt() {
        return sharedAt;
    }

    /** Whether there is something to undo: true at most once. Guarded by the log's lock. */
    boolean undo() {
        boolean first = allowed() && !undone;
        undone = true;
        return first;
    }
}
