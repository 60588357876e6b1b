package ai.celune.identity;

import ai.celune.crypto.Digest;
import ai.celune.web.Problem;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** One-time codes that people type or paste: 100 random bits in base32 without look-alikes; only their digest is stored. */
public final class Codes {
    private static final char[] ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();
    private static final int LENGTH = 20;

    private Codes() {}

    /** A new code in groups of five, like {@code K7QRM-…}. */
    public static String next(SecureRandom random) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            if (i > 0 && i % 5 == 0) {
                code.append('-');
            }
            code.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return code.toString();
    }

    /** The refusal of a code that is wrong, used, expired or revoked: one answer for all, told to the operators. */
    public static Problem refused(String kind) {
        return new Problem(IdentityErrors.ACCESS_CODE_INVALID).recordedAs(new IdentityEvents.CodeRefused(null, kind));
    }

    /** What is stored of a code, whichever kind it is. */
    public static byte[] digest(String code) {
        return Digest.sha256(("code:" + code.strip()).getBytes(StandardCharsets.UTF_8));
    }
}
