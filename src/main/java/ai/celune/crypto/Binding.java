package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The one place a sealed value belongs to (R13). The key version is left out on purpose, so that a value can be re-wrapped under a newer key; the
 * value version is in, so that an older value restored into a newer row does not open.
 *
 * @param workspace owner of the key
 * @param record id of the row
 * @param kind what the value is, lower-case words joined by hyphens: one row may hold several sealed values
 * @param valueVersion counts replacements of the value, from 1
 */
public record Binding(UUID workspace, UUID record, String kind, int valueVersion) {
    private static final byte[] FORMAT = "celune/binding/v1".getBytes(UTF_8);
    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    public Binding {
        if (!KIND.matcher(kind).matches()) {
            throw new IllegalArgumentException("kind must be lower-case words joined by hyphens");
        }
        if (valueVersion < 1) {
            throw new IllegalArgumentException("value versions count from 1");
        }
    }

    /**
     * 32 bytes that differ for every different binding: SHA-256 over a list in which each item stands behind its length, so that no choice of ids
     * makes two bindings run together. It is the derivation context in Vault's transit engine and the associated data of the {@link Keyring}.
     */
    public byte[] context() {
        return Digest.ofList(
                FORMAT,
                bytes(workspace),
                bytes(record),
                kind.getBytes(UTF_8),
                ByteBuffer.allocate(Integer.BYTES).putInt(valueVersion).array());
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
