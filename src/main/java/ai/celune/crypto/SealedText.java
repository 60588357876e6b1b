package ai.celune.crypto;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The written form of a sealed value: {@code ring:v3:…} or {@code vault:v3:…}.
 *
 * @param keyVersion from 1
 * @param body what stands behind it in base64
 */
public record SealedText(int keyVersion, byte[] body) {
    private static final Pattern FORM = Pattern.compile("([a-z]+):v([1-9][0-9]{0,8}):([A-Za-z0-9+/]+=*)");

    /** Reads what {@code store} sealed; empty for anything else. */
    public static Optional<SealedText> parse(String store, String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches() || !parts.group(1).equals(store)) {
            return Optional.empty();
        }
        try {
            byte[] body = Base64.getDecoder().decode(parts.group(3));
            // The decoder ignores the unused bits of the last character; a changed text must not open.
            return Base64.getEncoder().encodeToString(body).equals(parts.group(3))
                    ? Optional.of(new SealedText(Integer.parseInt(parts.group(2)), body))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
