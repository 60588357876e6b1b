package ai.celune.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** The service's time is the database's, whatever the machine believes (G1). */
class ServiceClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Machine machine = new Machine();
    private final ServiceClock clock = new ServiceClock(machine);

    private static final class Machine extends Clock {
        private Instant now = START;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void itIsTheMachinesUntilAnotherIsAsked() {
        assertEquals(START, clock.instant());
    }

    @Test
    void itFollowsAnotherClockBothWays() {
        assertEquals(Duration.ofHours(1), follow(Duration.ofHours(1), Duration.ZERO));
        assertEquals(START.plus(Duration.ofHours(1)), clock.instant());
        assertEquals(Duration.ofMillis(-3), follow(Duration.ofMillis(-3), Duration.ZERO));
        assertEquals(START.minusMillis(3), clock.instant());
    }

    @Test
    void itMovesNoFurtherThanASlowAnswerProves() {
        follow(Duration.ofSeconds(10), Duration.ZERO);
        assertEquals(Duration.ofSeconds(10), follow(Duration.ofMillis(10_040), Duration.ofMillis(100)));
        assertEquals(Duration.ofMillis(10_010), follow(Duration.ofMillis(10_060), Duration.ofMillis(100)));
        assertEquals(Duration.ofMillis(9_950), follow(Duration.ofMillis(9_900), Duration.ofMillis(100)));
    }

    @Test
    void itTellsMicroseconds() {
        machine.pass(Duration.ofNanos(1_999));
        follow(Duration.ofNanos(1_500), Duration.ZERO);
        assertEquals(clock.instant().truncatedTo(ChronoUnit.MICROS), clock.instant());
    }

    /** Asks a clock that is ahead by {@code ahead}; the question takes {@code time}, and is read in its middle. */
    private Duration follow(Duration ahead, Duration time) {
        return clock.follow(() -> {
            machine.pass(time.dividedBy(2));
            Instant told = machine.instant().plus(ahead);
            machine.pass(time.dividedBy(2));
            return told;
        });
    }
}
