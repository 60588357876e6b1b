package ai.celune.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tokens cost, by a table with dates. */
class PricesTest {
    private static final String HEAD = "provider,model,from,input,output\n";
    private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void theClosestNameAndThenTheLatestDayCounts() throws IOException {
        Prices prices = table(HEAD + """
                a,m-*,2026-01-01,1,2
                a,m-*,2026-03-01,3,4
                a,m-1,2026-01-01,10,20.5
                a,m-1*,2026-02-01,100,200
                a,m-1*,2027-01-01,1,1

                b,m-*,2026-01-01,7,8
                """);
        assertEquals(Optional.of(new BigDecimal("0.000007")), prices.cost("a", "m-2", 1, 1, MARCH));
        assertEquals(Optional.of(new BigDecimal("0.000003")), prices.cost("a", "m-2", 1, 1, MARCH.minusNanos(1)));
        assertEquals(Optional.of(new BigDecimal("0.0003")), prices.cost("a", "m-1x", 1, 1, MARCH));
        assertEquals(
                Optional.of(new BigDecimal("0.0000305")),
                prices.cost("a", "m-1", 1, 1, Instant.parse("2026-01-31T23:59:59Z")));
        assertEquals(
                new BigDecimal("7"),
                prices.cost("b", "m-9", 1_000_000, 0, MARCH).orElseThrow().stripTrailingZeros());
    }

    @Test
    void whatHasNoLineHasNoPrice() throws IOException {
        Prices prices = table(HEAD + "a,m,2026-03-01,1,2\n");
        assertTrue(prices.knows("a"));
        assertFalse(prices.knows("b"));
        assertTrue(prices.knows("a", "m", MARCH));
        assertFalse(prices.knows("a", "m", MARCH.minusNanos(1)));
        assertFalse(prices.knows("a", "m2", MARCH));
        assertEquals(Optional.empty(), prices.cost("a", "M", 1, 1, MARCH));
        assertFalse(new Prices(Optional.empty()).knows("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a,m,2026-01-01,1,2\n",
                HEAD + "a,m,2026-01-01,1\n",
                HEAD + "a,m,2026-01-01,1,2,3\n",
                HEAD + "a,m m,2026-01-01,1,2\n",
                HEAD + "a,m,2026-13-01,1,2\n",
                HEAD + "a,m,2026-01-01,-1,2\n",
                HEAD + "a,m,2026-01-01,1e3,2\n",
                HEAD + "a,m,2026-01-01,1,2€\n",
                HEAD + "a,m,2026-01-01,,2\n",
            })
    void aTableThatIsNoneIsRefusedByItsLine(String text) {
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> table(text));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("celune.prices.file: "), refused.toString());
    }

    @Test
    void aTableThatIsNotThereIsRefused() {
        assertThrows(IllegalStateException.class, () -> new Prices(Optional.of(folder.resolve("none"))));
    }

    private Prices table(String text) throws IOException {
        return new Prices(Optional.of(Files.writeString(folder.resolve("prices.csv"), text)));
    }
}
