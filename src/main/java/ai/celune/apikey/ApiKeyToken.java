package ai.celune.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.celune.crypto.Digest;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A well-formed API key (R25): {@code clk_<env>_}, 256 random bits as 43 base62 digits, and the CRC-32 of everything before it as 6 base62 digits.
 * Digits are {@code 0-9A-Za-z}, most significant first.
 *
 * <p>Well-formed says nothing about whether the key was ever issued. The checksum keeps out junk and typing errors; it is not a secret.
 */
public final class ApiKeyToken implements AutoCloseable {
    private static final Set<String> ENVIRONMENTS = Set.of("live", "test", "local");
    private static final byte[] DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".getBytes(US_ASCII);
    private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length);
    private static final byte[] BRAND = "clk_".getBytes(US_ASCII);
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_DIGITS = 43;
    private static final int CHECKSUM_DIGITS = 6;
    private static final int SHOWN_DIGITS = 4;
    private static final int TAIL = SECRET_DIGITS + CHECKSUM_DIGITS;
    private static final int SHORTEST = BRAND.length + "live_".length() + TAIL;
    private static final int LONGEST = BRAND.length + "local_".length() + TAIL;

    private final byte[] token;

    private ApiKeyToken(byte[] token) {
        this.token = token;
    }

    /**
     * A new key.
     *
     * @param env {@code live}, {@code test} or {@code local}
     */
    public static ApiKeyToken generate(String env, SecureRandom random) {
        if (!ENVIRONMENTS.contains(env)) {
            throw new IllegalArgumentException("environment must be one of " + ENVIRONMENTS);
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        byte[] start = ("clk_" + env + "_").getBytes(US_ASCII);
        byte[] token = Arrays.copyOf(start, start.length + TAIL);
        putDigits(new BigInteger(1, secret), token, start.length, SECRET_DIGITS);
        Arrays.fill(secret, (byte) 0);
        putDigits(BigInteger.valueOf(checksum(token)), token, token.length - CHECKSUM_DIGITS, CHECKSUM_DIGITS);
        return new ApiKeyToken(token);
    }

    /**
     * The key that {@code value} is, or empty for anything that cannot be one. Reads no more than the length unless that fits, and never throws.
     *
     * @param value what stood in the header after the scheme; surrounding white space makes it malformed
     */
    public static Optional<ApiKeyToken> parse(CharSequence value) {
        if (value.length() < SHORTEST || value.length() > LONGEST) {
            return Optional.empty();
        }
        byte[] token = new byte[value.length()];
        for (int i = 0; i < token.length; i++) {
            char c = value.charAt(i);
            if (c > '~') {
                return Optional.empty();
            }
            token[i] = (byte) c;
        }
        return isWellFormed(token) ? Optional.of(new ApiKeyToken(token)) : Optional.empty();
    }

    private static boolean isWellFormed(byte[] token) {
        int tail = token.length - TAIL;
        if (token[tail - 1] != '_' || !Arrays.equals(token, 0, BRAND.length, BRAND, 0, BRAND.length)) {
            return false;
        }
        if (!ENVIRONMENTS.contains(new String(token, BRAND.length, tail - 1 - BRAND.length, US_ASCII))) {
            return false;
        }
        for (int i = tail; i < token.length; i++) {
            if (Arrays.binarySearch(DIGITS, token[i]) < 0) {
                return false;
            }
        }
        byte[] expected = new byte[CHECKSUM_DIGITS];
        putDigits(BigInteger.valueOf(checksum(token)), expected, 0, CHECKSUM_DIGITS);
        return Arrays.equals(token, token.length - CHECKSUM_DIGITS, token.length, expected, 0, CHECKSUM_DIGITS);
    }

    /** SHA-256 of the whole key: what is stored and looked up. */
    public byte[] hash() {
        return Digest.sha256(token);
    }

    /** What may be shown for ever: everything up to the fourth random digit, for example {@code clk_live_Ab3d}. */
    public String prefix() {
        return new String(token, 0, token.length - TAIL + SHOWN_DIGITS, US_ASCII);
    }

    /** The key itself, for the one answer that shows it. */
    public String reveal() {
        return new String(token, US_ASCII);
    }

    @Override
    public void close() {
        Arrays.fill(token, (byte) 0);
    }

    @Override
    public String toString() {
        return "[api key]";
    }

    private static long checksum(byte[] token) {
        CRC32 crc = new CRC32();
        crc.update(token, 0, token.length - CHECKSUM_DIGITS);
        return crc.getValue();
    }

    private static void putDigits(BigInteger number, byte[] target, int offset, int width) {
        BigInteger rest = number;
        for (int i = offset + width - 1; i >= offset; i--) {
            BigInteger[] split = rest.divideAndRemainder(BASE);
            target[i] = DIGITS[split[1].intValue()];
            rest = split[0];
        }
    }
}
