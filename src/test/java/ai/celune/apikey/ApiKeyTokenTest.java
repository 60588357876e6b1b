package ai.celune.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Digest;
import ai.celune.support.Fuzz;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R25 and the adversarial cases 34 and 39: junk is recognised by its form alone. */
class ApiKeyTokenTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Computed by another program from 32 zero bytes and from 32 bytes 0xff: the format may never change. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "clk_live_00000000000000000000000000000000000000000000RSH9G",
                "clk_local_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp12zjb3m"
            })
    void knownKeysAreKeys(String token) {
        assertTrue(ApiKeyToken.parse(token).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "test", "local"})
    void recognisesWhatItMade(String env) {
        for (int i = 0; i < 1_000; i++) {
            ApiKeyToken made = ApiKeyToken.generate(env, RANDOM);
            String text = made.reveal();
            assertTrue(text.matches("clk_" + env + "_[0-9A-Za-z]{49}"));
            ApiKeyToken parsed = ApiKeyToken.parse(text).orElseThrow();
            assertArrayEquals(Digest.sha256(text.getBytes(US_ASCII)), parsed.hash());
            assertEquals(text.substring(0, env.length() + 9), parsed.prefix());
        }
    }

    @Test
    void knowsNoOtherEnvironment() {
        assertThrows(IllegalArgumentException.class, () -> ApiKeyToken.generate("prod", RANDOM));
        assertThrows(IllegalArgumentException.class, () -> ApiKeyToken.generate("", RANDOM));
    }

    @Test
    void doesNotPrint() {
        ApiKeyToken made = ApiKeyToken.generate("live", RANDOM);
        assertEquals("[api key]", made.toString());
    }

    @Test
    void isWipedByClose() {
        ApiKeyToken made = ApiKeyToken.generate("live", RANDOM);
        made.close();
        assertEquals("\0".repeat(58), made.reveal());
    }

    @Test
    void refusesAnyOtherSpelling() {
        String text = ApiKeyToken.generate("live", RANDOM).reveal();
        for (String other : new String[] {
            "",
            " ",
            " " + text,
            text + " ",
            "\t" + text,
            text + "\n",
            text + "\0",
            "\0" + text,
            text.substring(1),
            text.substring(0, text.length() - 1),
            text + "0",
            "Clk" + text.substring(3),
            "CLK_LIVE_" + text.substring(9),
            "clk_Live_" + text.substring(9),
            "clk_prod_" + text.substring(9),
            "clk_____" + text.substring(8),
            "clk-live_" + text.substring(9),
            "clk_live-" + text.substring(9),
            text.replace("clk_live_", "clk_test_"),
            text.replace("clk_live_", "clk_local_"),
            "Bearer " + text,
            text + "," + text,
            text.toUpperCase(Locale.ROOT),
            text.replace('l', '\u217c'),
            "\uff43" + text.substring(1),
        }) {
            assertFalse(ApiKeyToken.parse(other).isPresent());
        }
    }

    @Test
    void refusesAHugeValueByItsLengthAlone() {
        CharSequence huge = new CharSequence() {
            @Override
            public int length() {
                return 10_000_000;
            }

            @Override
            public char charAt(int index) {
                throw new AssertionError("read");
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                throw new AssertionError("read");
            }

            @Override
            public String toString() {
                throw new AssertionError("read");
            }
        };
        assertFalse(ApiKeyToken.parse(huge).isPresent());
    }

    /** A CRC finds every single change, so none of these may cost a database read. */
    @Test
    void refusesEverySingleCharacterChange() {
        String text = ApiKeyToken.generate("live", RANDOM).reveal();
        for (int i = 0; i < text.length(); i++) {
            for (char c = 0; c < 256; c++) {
                if (c != text.charAt(i)) {
                    assertFalse(ApiKeyToken.parse(text.substring(0, i) + c + text.substring(i + 1))
                            .isPresent());
                }
            }
        }
    }

    @Test
    void survivesArbitraryText() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("clk_live_00000000000000000000000000000000000000000000RSH9G");
            ApiKeyToken.parse(text).ifPresent(token -> assertEquals(text, token.reveal()));
        });
    }

    /** A CRC finds all changes this few, so that none costs a database read. */
    @Test
    void refusesSeveralChangesAtOnce() {
        String valid = ApiKeyToken.generate("local", RANDOM).reveal();
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.changed(valid);
            assertEquals(text.equals(valid), ApiKeyToken.parse(text).isPresent());
        });
    }

    @Test
    void digitsAreSpreadEvenly() {
        Set<String> shown = new HashSet<>();
        int[] seen = new int[128];
        for (int i = 0; i < 5_000; i++) {
            String text = ApiKeyToken.generate("test", RANDOM).reveal();
            shown.add(text);
            for (int digit = 10; digit < 52; digit++) {
                seen[text.charAt(digit)]++;
            }
        }
        assertEquals(5_000, shown.size());
        // 5,000 × 42 digits over 62 values: 3,387 each, standard deviation 58; the bound is ten of them.
        for (char c : "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray()) {
            assertEquals(3_387, seen[c], 580, () -> "digit " + c);
        }
    }
}
