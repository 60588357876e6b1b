package ai.celune.crypto;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM with a fresh random 96-bit nonce in front and a 128-bit tag behind (NIST SP 800-38D). One key takes at most 2³² messages (section 8.3);
 * keeping to that is the caller's part.
 */
public final class AesGcm {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private AesGcm() {}

    /**
     * Encrypts and authenticates.
     *
     * @param key 32 bytes
     * @param context associated data: authenticated, not contained in the result
     * @return nonce, ciphertext, tag
     */
    public static byte[] seal(byte[] key, byte[] context, byte[] plaintext, SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + plaintext.length + TAG_BYTES);
        try {
            cipher(Cipher.ENCRYPT_MODE, key, nonce, context)
                    .doFinal(plaintext, 0, plaintext.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is part of Java", e);
        }
    }

    /**
     * The plaintext of what {@link #seal} returned.
     *
     * @throws SecretIntegrityException when key, context or any bit differs from what was sealed
     */
    public static Secret open(byte[] key, byte[] context, byte[] sealed) {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            throw new SecretIntegrityException();
        }
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        try {
            return Secret.taking(cipher(Cipher.DECRYPT_MODE, key, nonce, context)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException _) {
            throw new SecretIntegrityException();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is part of Java", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] context) throws GeneralSecurityException {
        if (key.length != Digest.LENGTH) {
            throw new IllegalArgumentException("AES-256 takes a key of 32 bytes");
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(context);
        return cipher;
    }
}
