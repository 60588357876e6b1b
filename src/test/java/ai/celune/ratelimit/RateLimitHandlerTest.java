package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key in a query is found however it is spelled (case 38). PathsAndMethodsTest shows what becomes of it. */
class RateLimitHandlerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "key=clk_live_1",
                "a=1&key=%63lk_live_1",
                "key=%63%6C%6b%5flive_1",
                "a=%zz&key=%63lk_live_1",
                "key=%63lk_live_1&a=%",
                "key=%63lk_live_%4",
                "a=%c3%28&key=%63lk_live_1",
                "a=%24%5c&key=%63lk_live_1"
            })
    void noEscapeHidesAKey(String query) {
        assertTrue(RateLimitHandler.hasKey(query));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "limit=5&cursor=clk", "a=%2563lk_live_1", "a=xclk_"})
    void otherQueriesAreLetBe(String query) {
        assertFalse(RateLimitHandler.hasKey(query));
    }
}
