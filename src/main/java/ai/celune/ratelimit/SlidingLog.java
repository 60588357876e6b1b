package ai.celune.ratelimit;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The exact limiter of a single process: it remembers when each slot was taken, so the window really rolls.
 *
 * <p>One lock orders all calls. That is what makes several limits all-or-nothing, and it costs well below a microsecond. Memory is bounded by the
 * number of keys times their limits; a key that does not fit is refused, because a caller who could push others out of the table would be without
 * limit.
 */
public final class SlidingLog {
    /** Some 50 MB when every key is in use by an ordinary caller. */
    public static final int DEFAULT_MAX_KEYS = 200_000;

    private static final long SECOND = 1_000_000_000;

    private record Entry(TakenTimes times, long window) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Entry> entries = new HashMap<>();
    private final LongSupplier nanos;
    private final int maxKeys;
    private boolean full;
    private long fullUntil;

    /**
     * A log of {@value #DEFAULT_MAX_KEYS} keys.
     *
     * @param nanos a monotonic clock of nanoseconds with any origin, for example {@code System::nanoTime}
     */
    public SlidingLog(LongSupplier nanos) {
        this(nanos, DEFAULT_MAX_KEYS);
    }

    /**
     * A log of a chosen size.
     *
     * @param nanos a monotonic clock of nanoseconds with any origin
     * @param maxKeys keys remembered at the same time
     */
    public SlidingLog(LongSupplier nanos, int maxKeys) {
        this.nanos = nanos;
        this.maxKeys = maxKeys;
    }

    /**
     * Takes one slot of every limit, or none at all if one of them has no slot left.
     *
     * @param limits at least one, with different keys
     */
    public Decision take(List<Limit> limits) {
        requireDistinctKeys(limits);
        lock.lock();
        try {
            // Read under the lock: times then never decrease along a log.
            long now = nanos.getAsLong();
            Decision refusal = refusal(limits, now);
            return refusal == null ? taken(limits, now) : refusal;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Undoes an admitted call, as if it had never been made. Nothing happens for a refused one, or the second time.
     *
     * @return whether something happened
     */
    public boolean giveBack(Decision decision) {
        lock.lock();
        try {
            if (!decision.undo()) {
                return false;
            }
            for (Limit limit : decision.limits()) {
                Entry entry = entries.get(limit.key());
                if (entry != null) {
                    entry.times.remove(decision.takenAt());
                    if (entry.times.size() == 0) {
                        entries.remove(limit.key());
                    }
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Decision refusal(List<Limit> limits, long now) {
        Limit tightest = limits.getFirst();
        long longest = 0;
        int missing = 0;
        for (Limit limit : limits) {
            Entry entry = entries.get(limit.key());
            if (entry == null) {
                missing++;
                continue;
            }
            entry.times.expire(now, entry.window);
            long wait = entry.times.size() < limit.count() ? 0 : untilFree(entry, limit, now);
            if (wait > longest) {
                longest = wait;
                tightest = limit;
            }
        }
        if (longest == 0 && missing > 0 && !hasRoom(missing, now)) {
            longest = Math.max(SECOND, fullUntil - now);
        }
        return longest == 0 ? null : new Decision(Decision.Outcome.LIMITED, tightest, 0, seconds(longest), limits, now);
    }

    private Decision taken(List<Limit> limits, long now) {
        Limit tightest = limits.getFirst();
        int fewest = Integer.MAX_VALUE;
        long wait = 0;
        for (Limit limit : limits) {
            Entry entry = entries.computeIfAbsent(
                    limit.key(), _ -> new Entry(new TakenTimes(), limit.window().toNanos()));
            entry.times.add(now);
            int remaining = limit.count() - entry.times.size();
            if (remaining < fewest) {
                fewest = remaining;
                tightest = limit;
                wait = untilFree(entry, limit, now);
            }
        }
        return new Decision(Decision.Outcome.ALLOWED, tightest, fewest, seconds(wait), limits, now);
    }

    /** Nanoseconds until one slot more is free; above the limit, which a lowered count can cause, all the excess has to go first. */
    private static long untilFree(Entry entry, Limit limit, long now) {
        int last = Math.max(0, entry.times.size() - limit.count());
        return entry.window - (now - entry.times.at(last));
    }

    private static long seconds(long nanos) {
        return Math.max(1, Math.ceilDiv(nanos, SECOND));
    }

    private boolean hasRoom(int missing, long now) {
        if (entries.size() + missing <= maxKeys) {
            return true;
        }
        // After a look through the whole table nothing can be gained before the first key expires: a flood of new keys
        // must not make every call look again.
        if (full && now - fullUntil < 0) {
            return false;
        }
        sweep(now);
        return entries.size() + missing <= maxKeys;
    }

    private void sweep(long now) {
        long soonest = Long.MAX_VALUE;
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            entry.times.expire(now, entry.window);
            if (entry.times.size() == 0) {
                all.remove();
            } else {
                soonest = Math.min(soonest, entry.window - (now - entry.times.newest()));
            }
        }
        full = !entries.isEmpty();
        fullUntil = now + (full ? Math.max(SECOND, soonest) : 0);
    }

    private static void requireDistinctKeys(List<Limit> limits) {
        if (limits.isEmpty() || limits.stream().map(Limit::key).distinct().count() != limits.size()) {
            throw new IllegalArgumentException("a call has at least one limit, and each has its own key");
        }
    }
}
