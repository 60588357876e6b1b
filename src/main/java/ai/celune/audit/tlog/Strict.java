package ai.celune.audit.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** Spellings of which there is one each: what was signed or proved must not be readable in two ways. */
final class Strict {
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,18}");

    private Strict() {}

    /** RFC 4648 section 4, with padding and without stray bits, both of which the JDK's decoder lets pass. */
    static byte[] base64(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("what should be base64 is not");
        }
        if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw RefusedException.malformed("what should be base64 is not written in its one form");
        }
        return bytes;
    }

    /** ASCII digits without leading zeros, below 2^63. */
    static long decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw RefusedException.malformed("what should be a decimal number is not");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new RefusedException(RefusedException.Reason.TOO_LARGE, "a number is not below 2^63");
        }
    }

    /** No more than {@code limit} bytes, valid UTF-8, no ASCII control character but the line feed (signed-note, "Format"). */
    static String text(byte[] bytes, int limit) {
        if (bytes.length > limit) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE, "the text is longer than " + limit + " bytes");
        }
        String text = utf8(bytes);
        if (!isText(text)) {
            throw RefusedException.malformed("the text has control characters");
        }
        return text;
    }

    static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw RefusedException.malformed("the text is not UTF-8");
        }
    }

    /** Whether it can stand in a signed note: it has a form in UTF-8 and no control character but the line feed. */
    static boolean isText(String text) {
        return text.chars().noneMatch(c -> c < ' ' && c != '\n')
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
