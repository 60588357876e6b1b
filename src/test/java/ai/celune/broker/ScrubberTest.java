package ai.celune.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R13, R39 and the adversarial case 16: what was injected does not come back in any usual form, however the answer is cut. */
class ScrubberTest {
    private static final String SECRET = "sk-Pr0j/aB+cd=EF_gh\"ij?kl>mn";

    static List<Function<String, String>> forms() {
        return List.of(
                secret -> secret,
                secret -> percent(secret, "%%%02X", false),
                secret -> percent(secret, "%%%02x", false),
                secret -> percent(secret, "%%%02X", true),
                secret -> percent(secret, "%%%02x", true),
                secret -> URLEncoder.encode(secret, UTF_8),
                secret -> secret.replace("\"", "\\\""),
                secret -> secret.replace("\"", "\\\"").replace("/", "\\/"),
                secret -> percent(secret, "\\u%04x", false),
                secret -> percent(secret, "\\u%04X", true),
                secret -> percent(secret.substring(0, 5), "%%%02x", true)
                        + secret.substring(5).replace("\"", "\\u0022"));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void hidesEveryFormWhereverItIsCut(Function<String, String> form) {
        String written = form.apply(SECRET);
        String text = "{\"error\":\"bad key " + written + "\"}";
        String expected = text.replace(written, "*".repeat(written.length()));
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second++) {
                assertEquals(expected, scrub(SECRET, text, first, second));
            }
        }
        assertEquals(expected, oneByOne(SECRET, text));
        assertEquals(expected, new Scrubber(SECRET.getBytes(UTF_8)).scrubHeader(text));
    }

    @Test
    void eachHeaderIsReadByItself() {
        try (Scrubber scrubber = new Scrubber(SECRET.getBytes(UTF_8))) {
            assertEquals("first " + SECRET.substring(0, 9), scrubber.scrubHeader("first " + SECRET.substring(0, 9)));
            assertEquals(SECRET.substring(9), scrubber.scrubHeader(SECRET.substring(9)));
            assertEquals("50%", scrubber.scrubHeader("50%"));
            assertEquals("41 is " + "*".repeat(SECRET.length()), scrubber.scrubHeader("41 is " + SECRET));
        }
    }

    @Test
    void hidesBase64AtEveryAlignment() {
        Random random = new Random(1);
        for (Base64.Encoder encoder : List.of(
                Base64.getEncoder(), Base64.getUrlEncoder(), Base64.getEncoder().withoutPadding())) {
            for (int before = 0; before < 7; before++) {
                for (int after = 0; after < 4; after++) {
                    byte[] around = new byte[before + SECRET.length() + after];
                    random.nextBytes(around);
                    System.arraycopy(SECRET.getBytes(UTF_8), 0, around, before, SECRET.length());
                    String written = encoder.encodeToString(around);
                    for (String text :
                            List.of(written, written.replace("/", "\\/"), URLEncoder.encode(written, UTF_8))) {
                        String clean = oneByOne(SECRET, "Basic " + text + " end");
                        assertEquals(text.length() + 10, clean.length());
                        // What is left decodes to nothing of the secret but bits of its first and last byte.
                        int stars = (int) clean.chars().filter(c -> c == '*').count();
                        assertFalse(stars < (SECRET.length() * 8 - 10) / 6, clean);
                        assertFalse(clean.contains(text));
                    }
                }
            }
        }
    }

    @Test
    void hidesRepeatedAndAdjacentOccurrences() {
        String text = SECRET + SECRET + SECRET.substring(0, 9) + SECRET;
        assertEquals(
                "*".repeat(2 * SECRET.length()) + SECRET.substring(0, 9) + "*".repeat(SECRET.length()),
                oneByOne(SECRET, text));
    }

    @Test
    void hidesOverlappingOccurrences() {
        assertEquals("*".repeat(12) + "b", oneByOne("aaaaaaaaaa", "aaaaaaaaaaaab"));
        assertEquals("x" + "*".repeat(16) + "x", oneByOne("abcdabcdabcd", "xabcdabcdabcdabcdx"));
    }

    @Test
    void findsASecretThatItselfLooksEscaped() {
        String secret = "a%41b\\u0042/c%2Fd%";
        for (String written : List.of(secret, secret.replace("/", "\\/"), percent(secret, "%%%02X", true))) {
            assertEquals("<" + "*".repeat(written.length()) + ">", oneByOne(secret, "<" + written + ">"));
        }
    }

    @Test
    void letsTheBeginningOfASecretPassWhenItDoesNotGoOn() {
        for (int length = 0; length < SECRET.length(); length++) {
            String text = "x" + SECRET.substring(0, length) + "~";
            assertEquals(text, oneByOne(SECRET, text));
            assertEquals(SECRET.substring(0, length), oneByOne(SECRET, SECRET.substring(0, length)));
        }
    }

    @Test
    void holdsBackNothingThatCannotBecomeTheSecret() {
        Scrubber scrubber = new Scrubber(SECRET.getBytes(UTF_8));
        for (String event :
                List.of("data: {\"delta\":\"sk-Pr0\"}\n\n", "data: [DONE]\n\n", "100%, C:\\dir\n", "%zz \\q ")) {
            assertEquals(event, text(scrubber.process(event.getBytes(UTF_8))));
        }
        assertEquals("now ", text(scrubber.process("now sk-Pr".getBytes(UTF_8))));
        assertEquals("sk-Prx", text(scrubber.process("x".getBytes(UTF_8))));
        assertEquals("", text(scrubber.process("%2".getBytes(UTF_8))));
        assertEquals("%2g", text(scrubber.process("g".getBytes(UTF_8))));
        assertEquals("", text(scrubber.finish()));
    }

    @Test
    void leavesBinaryAnswersAsTheyAre() {
        byte[] bytes = new byte[100_000];
        new Random(2).nextBytes(bytes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Scrubber scrubber = new Scrubber(SECRET.getBytes(UTF_8));
        out.writeBytes(scrubber.process(bytes));
        out.writeBytes(scrubber.finish());
        assertArrayEquals(bytes, out.toByteArray());
    }

    @Test
    void doesNotLookForVeryShortValues() {
        for (String secret : List.of("", "a", "ab", "abc", "abcd", "abcdefg")) {
            assertEquals("abcdefgh abcd", oneByOne(secret, "abcdefgh abcd"));
        }
        assertEquals("********", oneByOne("abcdefgh", "abcdefgh"));
        // Resolving it leaves two bytes, which are no pattern.
        assertEquals("AAAA", oneByOne("%41%41%41", "AAAA"));
    }

    @Test
    void findsValuesOutsideAscii() {
        String secret = "schlüssel-für-€";
        for (String written : List.of(secret, percent(secret, "\\u%04x", false), URLEncoder.encode(secret, UTF_8))) {
            String clean = oneByOne(secret, "<" + written + ">");
            assertEquals("<" + "*".repeat(written.getBytes(UTF_8).length) + ">", clean);
        }
    }

    @Test
    void aRepetitiveSecretCostsNoMoreThanAnother() {
        byte[] secret = new byte[8192];
        Arrays.fill(secret, (byte) 'a');
        byte[] answer = new byte[4_000_000];
        Arrays.fill(answer, (byte) 'a');
        for (int i = 8191; i < answer.length; i += 8192) {
            answer[i] = 'b';
        }
        answer[answer.length - 1] = 'b';
        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertArrayEquals(answer, new Scrubber(secret).process(answer)));
    }

    @Test
    void holdsNoSecretAfterClose() {
        Scrubber scrubber = new Scrubber(SECRET.getBytes(UTF_8));
        scrubber.process(SECRET.substring(0, 10).getBytes(UTF_8));
        scrubber.close();
        assertEquals("", text(scrubber.finish()));
    }

    private static String percent(String secret, String format, boolean all) {
        StringBuilder out = new StringBuilder();
        if (format.startsWith("\\")) {
            secret.chars()
                    .forEach(c -> out.append(
                            all || !Character.isLetterOrDigit(c) || c > 127 ? format.formatted(c) : (char) c));
        } else {
            for (byte b : secret.getBytes(UTF_8)) {
                out.append(all || !Character.isLetterOrDigit(b & 0xff) ? format.formatted(b) : (char) b);
            }
        }
        return out.toString();
    }

    private static String scrub(String secret, String text, int... cuts) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int cut : cuts) {
            parts.add(text.substring(start, cut));
            start = cut;
        }
        parts.add(text.substring(start));
        return scrub(secret, parts);
    }

    private static String oneByOne(String secret, String text) {
        List<String> parts = text.codePoints().mapToObj(Character::toString).toList();
        return scrub(secret, parts);
    }

    private static String scrub(String secret, List<String> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Scrubber scrubber = new Scrubber(secret.getBytes(UTF_8))) {
            parts.forEach(part -> out.writeBytes(scrubber.process(part.getBytes(UTF_8))));
            out.writeBytes(scrubber.finish());
        }
        return out.toString(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
