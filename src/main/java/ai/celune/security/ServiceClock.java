package ai.celune.security;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/**
 * The one clock that code reads (G1): the machine's, set to the database's, so that replicas agree. In microseconds, because that is what PostgreSQL keeps:
 * a created resource reads back as it was answered.
 */
@ApplicationScoped
public class ServiceClock extends Clock {
    private final Clock machine;
    private volatile Duration offset = Duration.ZERO;

    @Inject
    ServiceClock() {
        this(Clock.systemUTC());
    }

    ServiceClock(Clock machine) {
        this.machine = machine;
    }

    /**
     * Sets the clock by another one, no further than the answer proves: it was read at some moment between question and answer.
     *
     * @return how far the machine's clock is behind
     */
    public Duration follow(Supplier<Instant> other) {
        Instant asked = machine.instant();
        Instant told = other.get();
        Duration least = Duration.between(machine.instant(), told);
        Duration most = Duration.between(asked, told);
        if (offset.compareTo(least) < 0) {
            offset = least;
        } else if (offset.compareTo(most) > 0) {
            offset = most;
        }
        return offset;
    }

    @Override
    public Instant instant() {
        return machine.instant().plus(offset).truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("instants only");
    }
}
