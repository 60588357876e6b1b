package ai.celune.identity;

import java.time.Duration;
import java.util.stream.IntStream;

/** How failures to prove an identity slow the next attempt: from the third on by 1, 2, 4, then 8 s; after the tenth the account rests (R18). */
final class Lockout {
    static final int LOCKED_AFTER = 10;

    /** Failures are forgotten after as long. */
    static final Duration REST = Duration.ofMinutes(15);

    private static final int FREE = 3;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

    private Lockout() {}

    /** What the attempt after so many failures waits. */
    static Duration after(int failures) {
        if (failures < FREE) {
            return Duration.ZERO;
        }
        if (failures >= LOCKED_AFTER) {
            return REST;
        }
        Duration doubled = Duration.ofSeconds(1L << (failures - FREE));
        return doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
    }

    /** Seconds after 1, 2 … {@link #LOCKED_AFTER} failures, and after more. */
    static Object[] waits() {
        return IntStream.rangeClosed(1, LOCKED_AFTER)
                .mapToObj(failures -> (int) after(failures).toSeconds())
                .toArray();
    }
}
