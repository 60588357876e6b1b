package ai.celune.support;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.RepeatedTest;

/** No test finds the clock where another has left it. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ClockResetTest {
    @Inject
    TestClock clock;

    @RepeatedTest(2)
    void theClockIsRightAtTheStart() {
        Duration off = Duration.between(Instant.now(), clock.instant()).abs();
        assertTrue(off.compareTo(Duration.ofMinutes(1)) < 0, off.toString());
        clock.advance(Duration.ofDays(1));
        clock.stop();
    }
}
