package ai.celune.support;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The clock of the service under test: the system's, until a test moves it. {@link ClockReset} puts it back. */
@Alternative
@Priority(1)
@ApplicationScoped
public class TestClock extends Clock {
    private static final Clock SYSTEM = Clock.tick(Clock.systemUTC(), Duration.of(1, ChronoUnit.MICROS));

    private volatile Duration offset = Duration.ZERO;
    private volatile @Nullable Instant stopped;

    /** Later than now by this much more. */
    public void advance(Duration by) {
        offset = offset.plus(by);
    }

    /** Goes on from here only by {@link #advance}. */
    public void stop() {
        stopped = SYSTEM.instant();
    }

    public void reset() {
        stopped = null;
        offset = Duration.ZERO;
    }

    @Override
    public Instant instant() {
        Instant now = stopped;
        return (now == null ? SYSTEM.instant() : now).plus(offset);
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
