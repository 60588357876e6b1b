package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/** A fresh key pair that signs notes, as a log or a witness has it. */
final class Keys {
    private final KeyPair pair;
    private final VerifierKey key;

    Keys(String name, SignatureType type) {
        try {
            String algorithm = type == SignatureType.COSIGNATURE_ML_DSA_44 ? "ML-DSA-44" : "Ed25519";
            pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        key = VerifierKey.of(name, type, pair.getPublic());
    }

    VerifierKey key() {
        return key;
    }

    /** As far as a vkey names the key. */
    String nameAndId() {
        String[] parts = key.toString().split("\\+", 3);
        return parts[0] + "+" + parts[1];
    }

    NoteSignature sign(String text) {
        return key.signature(raw(text.getBytes(UTF_8)));
    }

    SignedNote signed(String text) {
        return SignedNote.of(text).with(sign(text));
    }

    NoteSignature cosign(String text, long time) {
        Cosignature cosignature = new Cosignature(key, time);
        return cosignature.signature(raw(cosignature.message(text)));
    }

    byte[] raw(byte[] message) {
        try {
            return key.type().sign(pair.getPrivate(), message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
