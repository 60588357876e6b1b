package ai.celune.crypto;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of a secret while it is in use (R39). It prints as {@code [secret]}, refuses to become JSON, compares by identity, and is overwritten
 * with zeros by {@link #close()}.
 *
 * <p>Not safe for use while another thread closes it: one owner opens, uses and closes it.
 */
@JsonDeserialize(using = SecretDeserializer.class)
@JsonSerialize(using = SecretSerializer.class)
public final class Secret implements AutoCloseable {
    private static final int SHORTEST_WITH_LAST_FOUR = 12;

    private byte @Nullable [] value;

    private Secret(byte[] value) {
        this.value = value;
    }

    /** A secret with its own copy; the caller still has to wipe {@code value}. */
    public static Secret copyOf(byte[] value) {
        return new Secret(value.clone());
    }

    /** A secret that owns {@code value} from now on and wipes it on close. */
    public static Secret taking(byte[] value) {
        return new Secret(value);
    }

    /**
     * The live array, not a copy: it is zeroed on close and must not be kept or changed.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public byte[] bytes() {
        byte[] live = value;
        if (live == null) {
            throw new IllegalStateException("secret used after it was closed");
        }
        return live;
    }

    /** Bytes, not characters. */
    public int length() {
        return bytes().length;
    }

    /** The last four characters for display; empty unless the value has at least 12 characters and all are visible ASCII. */
    public Optional<String> lastFour() {
        byte[] live = bytes();
        if (live.length < SHORTEST_WITH_LAST_FOUR) {
            return Optional.empty();
        }
        for (byte b : live) {
            if (b <= ' ' || b > '~') {
                return Optional.empty();
            }
        }
        return Optional.of(new String(live, live.length - 4, 4, StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        byte[] live = value;
        value = null;
        if (live != null) {
            Arrays.fill(live, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
