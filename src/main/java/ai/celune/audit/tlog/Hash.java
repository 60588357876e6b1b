package ai.celune.audit.tlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** A SHA-256 hash of a leaf, a node or a whole tree (RFC 6962 section 2.1). Written in base64. */
public final class Hash {
    /** Length in bytes. */
    public static final int BYTES = 32;

    /** The root of the tree without leaves. */
    public static final Hash EMPTY_ROOT = new Hash(sha256().digest());

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The hash of the leaf that holds {@code entry}. */
    public static Hash leaf(byte[] entry) {
        MessageDigest sha256 = sha256();
        sha256.update(LEAF);
        return new Hash(sha256.digest(entry));
    }

    /** The hash of the node over two others. */
    public static Hash node(Hash left, Hash right) {
        byte[] both = new byte[1 + 2 * BYTES];
        both[0] = NODE;
        left.copyTo(both, 1);
        right.copyTo(both, 1 + BYTES);
        return new Hash(sha256().digest(both));
    }

    /**
     * A hash from its bytes.
     *
     * @throws IllegalArgumentException when they are not 32
     */
    public static Hash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has 32 bytes");
        }
        return new Hash(bytes.clone());
    }

    /** The {@code position}-th of hashes that lie one behind the other. */
    static Hash at(byte[] hashes, int position) {
        return new Hash(Arrays.copyOfRange(hashes, position * BYTES, (position + 1) * BYTES));
    }

    /**
     * Reads the written form.
     *
     * @throws RefusedException when it is not the one base64 spelling of 32 bytes
     */
    public static Hash parse(String base64) {
        byte[] bytes = Strict.base64(base64);
        if (bytes.length != BYTES) {
            throw RefusedException.malformed("a hash does not have 32 bytes");
        }
        return new Hash(bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
