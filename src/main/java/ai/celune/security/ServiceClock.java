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
        this.machine = Clock.tick(machine, Duration.of(1, ChronoUnit.MICROS));
    }

    /**
     * Sets the clock by another one, unless the difference is within what the question's own duration leaves uncertain.
     *
     * @return how far the machine's clock is behind
     */
    public Duration follow(Supplier<Instant> other) {
        Instant asked = machine.instant();
        Instant told = other.get();
        Duration uncertain = Duration.between(asked, machine.instant()).dividedBy(2);
        Duration measured = Duration.between(asked.plus(uncertain), told);
        if (measured.minus(offset).abs().compareTo(uncertain) > 0) {
            offset = measured;
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
