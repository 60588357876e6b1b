package ai.celune.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, and comparison that tells nothing by its duration. */
public final class Digest {
    /** Bytes of a digest. */
    public static final int LENGTH = 32;

    private Digest() {}

    /** SHA-256 of the parts one after the other. Where the borders of the parts matter, use {@link #ofList}. */
    public static byte[] sha256(byte[]... parts) {
        MessageDigest digest = begin();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    /** SHA-256 over the parts, each behind its length as four big-endian bytes, so that no two different lists hash the same input. */
    public static byte[] ofList(byte[]... parts) {
        MessageDigest digest = begin();
        for (byte[] part : parts) {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            digest.update(part);
        }
        return digest.digest();
    }

    /** Whether both hold the same bytes, in time that depends on the lengths only. */
    public static boolean equal(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    private static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
