package ai.celune.ratelimit;

/** When the slots of one key were taken: a ring of monotonic nanoseconds, oldest first, that grows with use. */
final class TakenTimes {
    private long[] times = new long[4];
    private int first;
    private int size;

    int size() {
        return size;
    }

    /** The n-th oldest, from 0. */
    long at(int n) {
        return times[(first + n) % times.length];
    }

    long newest() {
        return at(size - 1);
    }

    void add(long time) {
        if (size == times.length) {
            long[] larger = new long[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = at(i);
            }
            times = larger;
            first = 0;
        }
        times[(first + size) % times.length] = time;
        size++;
    }

    /** Forgets what was taken a whole window ago or earlier. Differences, not values, are compared, since the clock may wrap. */
    void expire(long now, long window) {
        while (size > 0 && now - at(0) >= window) {
            first = (first + 1) % times.length;
            size--;
        }
    }

    /** Forgets one entry of exactly this time, if there is one. */
    void remove(long time) {
        for (int n = size - 1; n >= 0; n--) {
            if (at(n) == time) {
                for (int i = n; i < size - 1; i++) {
                    times[(first + i) % times.length] = at(i + 1);
                }
                size--;
                return;
            }
        }
    }
}
