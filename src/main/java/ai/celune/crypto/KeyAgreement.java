package ai.celune.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.KEM;

/**
 * ML-KEM-768 (FIPS 203): from a public key anybody makes a secret and its encapsulation, from which only the private key makes the secret again. Chosen over
 * elliptic curves because what it protects must stay closed as long as copies of the database exist.
 */
final class KeyAgreement {
    private static final String ALGORITHM = "ML-KEM";

    private KeyAgreement() {}

    /** @param encapsulated 1,088 bytes, not secret */
    record Agreed(byte[] secret, byte[] encapsulated) {}

    /** A new key pair; its encodings are SubjectPublicKeyInfo and PKCS #8. */
    static KeyPair newKeyPair() {
        try {
            return KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ML-KEM is part of Java 25", e);
        }
    }

    /** A fresh secret of 32 bytes for whoever holds the private key. */
    static Agreed agree(byte[] publicKey) {
        try {
            PublicKey key = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(publicKey));
            KEM.Encapsulated made =
                    KEM.getInstance(ALGORITHM).newEncapsulator(key).encapsulate();
            return new Agreed(made.key().getEncoded(), made.encapsulation());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a public key of ours is not one", e);
        }
    }

    /**
     * The secret again. A changed encapsulation gives another secret and no error (implicit rejection, FIPS 203 section 6.3): what was sealed then does not
     * open.
     *
     * @throws SecretIntegrityException when it is no encapsulation at all
     */
    static byte[] recover(byte[] privateKey, byte[] encapsulated) {
        try {
            var key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(privateKey));
            return KEM.getInstance(ALGORITHM)
                    .newDecapsulator(key)
                    .decapsulate(encapsulated)
                    .getEncoded();
        } catch (GeneralSecurityException _) {
            throw new SecretIntegrityException();
        }
    }
}
