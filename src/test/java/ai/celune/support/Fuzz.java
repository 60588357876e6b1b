package ai.celune.support;

import java.util.List;
import java.util.Random;

/** Hostile text for parsers, by a seed: a failure names the seed, and {@code -Dfuzz.seed=…} begins with it. */
public final class Fuzz {
    private static final String ODD =
            "\0\t\n\r !\"#$%&'()*+,-./019:;<=>?@AFZ[\\]^_`afz{|}~\u007f\u0080\u0085\u00a0é\u0130\u017f\u212a\u3002\uff0e\ud83d\ude00\ud800\udc00\ufeff\uffff";
    private static final int LONGEST_JUNK = 300;

    private final Random random;

    private Fuzz(long seed) {
        random = new Random(seed);
    }

    /** What is tried once for each seed. */
    public interface Round {
        void run(Fuzz fuzz) throws Exception;
    }

    public static void rounds(int count, Round round) {
        Random seeds = new Random();
        for (int i = 0; i < count; i++) {
            long seed = i == 0 ? Long.getLong("fuzz.seed", seeds.nextLong()) : seeds.nextLong();
            try {
                round.run(new Fuzz(seed));
            } catch (Exception | AssertionError | StackOverflowError e) {
                throw new AssertionError("-Dfuzz.seed=" + seed, e);
            }
        }
    }

    public Random random() {
        return random;
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Half of the time {@code valid} with a few changes, a quarter of the time as it is, else something made of odd characters and its own. */
    public String like(String valid) {
        return switch (random.nextInt(4)) {
            case 0 -> valid;
            case 1 -> junk(valid);
            default -> changed(valid);
        };
    }

    /** With one to three characters changed, put in or left out, a piece repeated, or the end cut off. */
    public String changed(String valid) {
        StringBuilder text = new StringBuilder(valid);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + 1);
            switch (random.nextInt(7)) {
                case 0 -> text.insert(at, character(valid));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(8))));
                case 3 -> text.setLength(at);
                case 4 -> text.replace(at, end, flipped(text.substring(at, end)));
                default -> text.replace(at, end, String.valueOf(character(valid)));
            }
        }
        return text.toString();
    }

    private String junk(String valid) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(LONGEST_JUNK); length > 0; length--) {
            text.append(character(valid));
        }
        return text.toString();
    }

    private char character(String valid) {
        return switch (random.nextInt(8)) {
            case 0 -> (char) random.nextInt(65_536);
            case 1, 2, 3 -> valid.isEmpty() ? ' ' : valid.charAt(random.nextInt(valid.length()));
            default -> ODD.charAt(random.nextInt(ODD.length()));
        };
    }

    /** In the other case; a look-alike of another script where there is one. */
    private static String flipped(String text) {
        return text.chars()
                .map(c -> Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
