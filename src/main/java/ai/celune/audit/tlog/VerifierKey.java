package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A public key that notes are verified by, with the name it signs under (C2SP signed-note). Written as a vkey:
 * {@code name+hex(id)+base64(type || key)}.
 */
public final class VerifierKey {
    private static final int LONGEST = 4096;

    private final String name;
    private final SignatureType type;
    private final byte[] key;
    private final int id;

    private VerifierKey(String name, SignatureType type, byte[] key) {
        this.name = name;
        this.type = type;
        this.key = key;
        this.id = idOf(name, type, key);
    }

    /**
     * A key from its raw bytes: 32 for Ed25519 (RFC 8032), 1,312 for ML-DSA-44 (FIPS 204).
     *
     * @throws IllegalArgumentException when the name is not one of a key, or the key has another length
     */
    public static VerifierKey of(String name, SignatureType type, byte[] key) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a key name is not empty and has no space, no + and no control character");
        }
        if (key.length != type.keyBytes()) {
            throw new IllegalArgumentException("such a key has " + type.keyBytes() + " bytes");
        }
        return new VerifierKey(name, type, key.clone());
    }

    /** A key as the JDK has it; of the kind that the type demands. */
    public static VerifierKey of(String name, SignatureType type, PublicKey key) {
        return of(name, type, type.raw(key));
    }

    /**
     * Reads a vkey.
     *
     * @throws RefusedException when it is none, is of a type not known here, or its id is not that of its key
     */
    public static VerifierKey parse(String vkey) {
        if (vkey.length() > LONGEST) {
            throw new RefusedException(RefusedException.Reason.TOO_LARGE, "the key is longer than any known one");
        }
        String[] parts = vkey.split("\\+", 3);
        if (parts.length < 3) {
            throw RefusedException.malformed("the key is not of the form name+id+key");
        }
        byte[] typeAndKey = Strict.base64(parts[2]);
        if (typeAndKey.length == 0) {
            throw RefusedException.malformed("the key has no type");
        }
        VerifierKey key;
        try {
            key = of(parts[0], SignatureType.of(typeAndKey[0]), Arrays.copyOfRange(typeAndKey, 1, typeAndKey.length));
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("the name or the length of the key is not one that a key can have");
        }
        if (!key.toString().equals(vkey)) {
            throw RefusedException.malformed("the id is not that of the key");
        }
        return key;
    }

    private static int idOf(String name, SignatureType type, byte[] key) {
        MessageDigest sha256 = Hash.sha256();
        sha256.update((name + "\n").getBytes(UTF_8));
        sha256.update(type.id());
        return ByteBuffer.wrap(sha256.digest(key)).getInt();
    }

    /** Whether a key may have it: not empty, no Unicode space, no plus, nothing that cannot stand in a note. */
    static boolean isName(String name) {
        return !name.isEmpty()
                && Strict.isText(name)
                && name.codePoints().noneMatch(c -> c == '+' || c == '\u0085' || Character.isSpaceChar(c) || c == '\n');
    }

    public String name() {
        return name;
    }

    /** Tells apart keys of one name; not a fingerprint, anybody can find a key with the same. */
    public int id() {
        return id;
    }

    public SignatureType type() {
        return type;
    }

    /** The raw bytes. */
    public byte[] key() {
        return key.clone();
    }

    /** The line of a note for a log's signature of its text that was made elsewhere, by Vault for instance; see {@link Cosignature} for witnesses. */
    public NoteSignature signature(byte[] signature) {
        if (type.cosignature()) {
            throw new IllegalArgumentException("a cosignature has a time");
        }
        return new NoteSignature(name, id, signature);
    }

    /** Whether the line says that it is by this key. */
    public boolean made(NoteSignature signature) {
        return signature.keyId() == id && signature.name().equals(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        byte[] typeAndKey =
                ByteBuffer.allocate(1 + key.length).put(type.id()).put(key).array();
        return name + "+" + HexFormat.of().toHexDigits(id) + "+"
                + Base64.getEncoder().encodeToString(typeAndKey);
    }
}
