package ai.celune.audit.tlog;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** The kinds of signature in notes that are understood (C2SP signed-note, "Signature types"; tlog-cosignature). */
public enum SignatureType {
    /** A log's signature over the text of the note. */
    ED25519(0x01, "Ed25519", 32, Der.ED25519),
    /** A witness's, over the text and a time. */
    COSIGNATURE_ED25519(0x04, "Ed25519", 32, Der.ED25519),
    /** A witness's or a log's, over the head of the tree and a time. The JDK verifies it from Java 24. */
    COSIGNATURE_ML_DSA_44(0x06, "ML-DSA-44", 1312, Der.ML_DSA_44);

    private final byte id;
    private final String algorithm;
    private final int keyBytes;
    private final String der;

    SignatureType(int id, String algorithm, int keyBytes, String der) {
        this.id = (byte) id;
        this.algorithm = algorithm;
        this.keyBytes = keyBytes;
        this.der = der;
    }

    static SignatureType of(byte id) {
        for (SignatureType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        throw new RefusedException(RefusedException.Reason.UNSUPPORTED, "the key is of a type that is not known here");
    }

    /** The byte that stands for it in keys and key ids. */
    byte id() {
        return id;
    }

    /** Length of a public key. */
    int keyBytes() {
        return keyBytes;
    }

    /** Whether such signatures carry a time and speak for a checkpoint. */
    public boolean cosignature() {
        return this != ED25519;
    }

    /** Whether this JDK can verify it. */
    public boolean supported() {
        try {
            Signature.getInstance(algorithm);
            return true;
        } catch (NoSuchAlgorithmException e) {
            return false;
        }
    }

    /** Whether {@code signature} is one of {@code message} by the public key. */
    boolean verifies(byte[] key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey(key));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (InvalidKeyException | InvalidKeySpecException | SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("asked of a JDK that does not support " + algorithm, e);
        }
    }

    /** A signature by a key that is in memory. */
    public byte[] sign(PrivateKey key, byte[] message) throws InvalidKeyException {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot sign with " + algorithm, e);
        }
    }

    /** The bytes that a public key has in notes. */
    byte[] raw(PublicKey key) {
        byte[] prefix = HexFormat.of().parseHex(der);
        byte[] encoded = key.getEncoded();
        if (!Arrays.equals(prefix, Arrays.copyOf(encoded, prefix.length))) {
            throw new IllegalArgumentException("the key is not one of " + algorithm);
        }
        return Arrays.copyOfRange(encoded, prefix.length, encoded.length);
    }

    /** From the bytes that keys in notes have to what the JDK reads (RFC 8410 section 4, RFC 9881 section 4). */
    private PublicKey publicKey(byte[] key) throws GeneralSecurityException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.writeBytes(HexFormat.of().parseHex(der));
        encoded.writeBytes(key);
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
    }

    /** What stands before the key in its SubjectPublicKeyInfo: algorithm and lengths. */
    private static final class Der {
        private static final String ED25519 = "302a300506032b6570032100";
        private static final String ML_DSA_44 = "30820532300b0609608648016503040311" + "0382052100";
    }
}
