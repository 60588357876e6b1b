package ai.celune.audit.tlog;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * A line under a note that claims to be a signature (C2SP signed-note, "Signatures").
 *
 * @param name of the key that is said to have made it
 * @param keyId see {@link VerifierKey#id}
 * @param bytes the signature as its type has it, not empty; of a cosignature with the time in front
 */
public record NoteSignature(String name, int keyId, byte[] bytes) {
    static final String PREFIX = "\u2014 ";

    public NoteSignature {
        if (!VerifierKey.isName(name) || bytes.length == 0) {
            throw new IllegalArgumentException("a signature has the name of a key and is not empty");
        }
    }

    /** Reads a line without its line feed. */
    static NoteSignature parse(String line) {
        int space = line.indexOf(' ', PREFIX.length());
        if (!line.startsWith(PREFIX) || space < 0) {
            throw RefusedException.malformed("a line below the note is no signature");
        }
        String name = line.substring(PREFIX.length(), space);
        byte[] bytes = Strict.base64(line.substring(space + 1));
        if (!VerifierKey.isName(name) || bytes.length <= Integer.BYTES) {
            throw RefusedException.malformed("a line below the note is no signature");
        }
        return new NoteSignature(
                name, ByteBuffer.wrap(bytes).getInt(), Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length));
    }

    /** The line without its line feed. */
    String line() {
        byte[] idAndSignature = ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(keyId)
                .put(bytes)
                .array();
        return PREFIX + name + " " + Base64.getEncoder().encodeToString(idAndSignature);
    }
}
