package ai.celune.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.crypto.Digest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What counts when a request is compared with an earlier one that had the same key.
 *
 * @param route method and path; our POST routes have their parameters in ids only, so the path itself is the finest template
 * @param query undecoded; null without one
 * @param contentType as sent; its parameters do not count
 * @param bodyDigest of the canonical body
 */
record SentRequest(
        String route, @Nullable String query, @Nullable String contentType, byte[] bodyDigest) {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{16,255}");

    static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Under which a key is stored: the same key on another route is another one. */
    byte[] keyHash(String key) {
        return Digest.ofList(route.getBytes(UTF_8), key.getBytes(UTF_8));
    }

    byte[] fingerprint() {
        return Digest.ofList(
                route.getBytes(UTF_8),
                orEmpty(query).getBytes(UTF_8),
                mediaType().getBytes(UTF_8),
                bodyDigest);
    }

    private String mediaType() {
        return orEmpty(contentType).split(";", 2)[0].strip();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
