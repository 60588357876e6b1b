package ai.celune.ratelimit;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How far the shared log is relied on. It is left at once when it is gone and after a few failures in a row, and taken up again by heartbeats alone, so
 * that no request waits for a server that is away.
 *
 * <p>What was granted without it, it does not know, and it may have lost what it knew. So for the longest window after its return both logs must agree to
 * a call; then the shared log holds everything that still counts.
 */
final class Reliance {
    private static final int FAILURES_IN_A_ROW = 5;

    private final LongSupplier nanos;
    private final long settling;
    private Mode mode = Mode.SHARED;
    private int failures;
    private long settledAt;

    /** @param nanos a monotonic clock of nanoseconds */
    Reliance(LongSupplier nanos, Duration settling) {
        this.nanos = nanos;
        this.settling = settling.toNanos();
    }

    enum Mode {
        /** The shared log decides. */
        SHARED,
        /** The local log decides, within this replica's share. */
        ALONE,
        /** Both must agree. */
        SETTLING
    }

    synchronized Mode mode() {
        return mode;
    }

    synchronized void answered() {
        failures = 0;
    }

    /** A call was not answered. Returns whether an outage begins with that. */
    synchronized boolean failed() {
        failures++;
        return failures >= FAILURES_IN_A_ROW && lost();
    }

    /** The shared log is gone, or forgot. Returns whether an outage begins with that. */
    synchronized boolean lost() {
        boolean begins = mode == Mode.SHARED;
        mode = Mode.ALONE;
        failures = 0;
        return begins;
    }

    /** A heartbeat was answered. Returns whether the outage is over with that. */
    synchronized boolean heard() {
        failures = 0;
        if (mode == Mode.ALONE) {
            mode = Mode.SETTLING;
            settledAt = nanos.getAsLong() + settling;
        } else if (mode == Mode.SETTLING && nanos.getAsLong() - settledAt >= 0) {
            mode = Mode.SHARED;
            return true;
        }
        return false;
    }
}
