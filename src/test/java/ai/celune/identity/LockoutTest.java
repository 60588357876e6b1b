package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What failures cost; that attempts are counted one by one, {@code SignInTest} shows. */
class LockoutTest {
    @ParameterizedTest
    @CsvSource({"0,0", "1,0", "2,0", "3,1", "4,2", "5,4", "6,8", "7,8", "9,8", "10,900", "11,900", "1000,900"})
    void eachFailureMakesTheNextAttemptWait(int failures, long seconds) {
        assertEquals(Duration.ofSeconds(seconds), Lockout.after(failures));
    }

    @Test
    void theDatabaseIsToldAllOfThem() {
        assertArrayEquals(new Object[] {0, 0, 1, 2, 4, 8, 8, 8, 8, 900}, Lockout.waits());
    }
}
