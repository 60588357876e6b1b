package ai.celune.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/** Keys and tokens made from other secrets (RFC 5869). */
public final class Derivation {
    private static final int LONGEST = 255 * Digest.LENGTH;

    private Derivation() {}

    /**
     * HKDF-SHA-256, extract then expand.
     *
     * @param salt may be empty; independent of the secret, not necessarily secret
     * @param info what the result is for; equal inputs with different {@code info} give unrelated results
     * @param length bytes wanted, 1 to 8,160 (RFC 5869, section 2.3)
     */
    public static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int length) {
        if (length < 1 || length > LONGEST) {
            throw new IllegalArgumentException("HKDF-SHA-256 gives 1 to " + LONGEST + " bytes, not " + length);
        }
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret)
                            .addSalt(salt)
                            .thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF-SHA-256 is part of Java 25", e);
        }
    }
}
