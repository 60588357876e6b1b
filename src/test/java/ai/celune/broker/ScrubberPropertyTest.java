package ai.celune.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R13: however an answer is cut, exactly the occurrences are hidden. */
class ScrubberPropertyTest {
    static List<Long> seeds() {
        return new Random().longs(30).boxed().toList();
    }

    /** Few letters, so that partial and overlapping matches are frequent; none of them takes part in an escape or in base64 of the secret. */
    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheObviousImplementation(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            String secret = letters(random, Scrubber.SHORTEST + random.nextInt(6));
            StringBuilder text = new StringBuilder();
            while (text.length() < 200) {
                text.append(
                        switch (random.nextInt(3)) {
                            case 0 -> secret;
                            case 1 -> secret.substring(random.nextInt(secret.length()));
                            default -> letters(random, random.nextInt(12));
                        });
            }
            char[] expected = text.toString().toCharArray();
            for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
                Arrays.fill(expected, at, at + secret.length(), '*');
            }
            Scrubber scrubber = new Scrubber(secret.getBytes(UTF_8));
            StringBuilder actual = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + random.nextInt(20));
                actual.append(text(scrubber.process(text.substring(at, end).getBytes(UTF_8))));
                at = end;
            }
            actual.append(text(scrubber.finish()));
            assertEquals(new String(expected), actual.toString(), "seed " + seed);
        }
    }

    private static String letters(Random random, int length) {
        return random.ints(length, 0, 2)
                .collect(StringBuilder::new, (out, n) -> out.append("~^".charAt(n)), StringBuilder::append)
                .toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
