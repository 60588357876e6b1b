package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R78: what a replica may admit that cannot ask the others. */
class LimitTest {
    @ParameterizedTest
    @CsvSource({
        "60, 1, false, 60",
        "60, 2, false, 30",
        "60, 7, false, 8",
        "60, 61, false, 1",
        "10, 1, true, 5",
        "10, 2, true, 2",
        "10, 3, true, 1",
        "10, 100, true, 1"
    })
    void aShareIsRoundedDownAndAtLeastOne(int count, int replicas, boolean proof, int share) {
        Limit limit = new Limit("k", count, Duration.ofMinutes(1), proof);
        assertEquals(new Limit("k", share, Duration.ofMinutes(1), proof), limit.share(replicas));
    }
}
