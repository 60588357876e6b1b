package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A cosigner's statement that it saw a checkpoint, consistent with all it saw before, as the largest of its log (C2SP tlog-cosignature).
 *
 * @param key of the cosigner, of a type of cosignatures
 * @param time in seconds since 1970, not negative; 0 when an ML-DSA cosigner does not say that it was the largest
 */
public record Cosignature(VerifierKey key, long time) {
    private static final int LONGEST_NAME = 255;

    public Cosignature {
        if (!key.type().cosignature() || time < 0) {
            throw new IllegalArgumentException("a cosignature is by the key of a cosigner and has a time");
        }
    }

    /**
     * What the cosigner signs.
     *
     * @param text of the checkpoint
     * @throws RefusedException when the text is no checkpoint, or a name in it is longer than an ML-DSA cosignature can name
     */
    public byte[] message(String text) {
        Checkpoint checkpoint = Checkpoint.parse(text);
        return key.type() == SignatureType.COSIGNATURE_ML_DSA_44
                ? subtree(checkpoint)
                : ("cosignature/v1\ntime " + time + "\n" + text).getBytes(UTF_8);
    }

    private byte[] subtree(Checkpoint checkpoint) {
        byte[] label = "subtree/v1\n\0".getBytes(UTF_8);
        byte[] cosigner = key.name().getBytes(UTF_8);
        byte[] origin = checkpoint.origin().getBytes(UTF_8);
        if (cosigner.length > LONGEST_NAME || origin.length > LONGEST_NAME) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE, "a name is longer than a cosignature can name");
        }
        return ByteBuffer.allocate(label.length + 2 + cosigner.length + origin.length + 3 * Long.BYTES + Hash.BYTES)
                .put(label)
                .put((byte) cosigner.length)
                .put(cosigner)
                .putLong(time)
                .put((byte) origin.length)
                .put(origin)
                .putLong(0)
                .putLong(checkpoint.size())
                .put(checkpoint.root().bytes())
                .array();
    }

    /** The line of a note for a signature of {@link #message}. */
    public NoteSignature signature(byte[] signature) {
        byte[] timeAndSignature = ByteBuffer.allocate(Long.BYTES + signature.length)
                .putLong(time)
                .put(signature)
                .array();
        return new NoteSignature(key.name(), key.id(), timeAndSignature);
    }

    /**
     * What a line under a note says, which was not verified by this.
     *
     * @throws RefusedException when it is shorter than its time, or its time not below 2^63
     */
    static Cosignature of(VerifierKey key, NoteSignature signature) {
        long time = signature.bytes().length < Long.BYTES
                ? -1
                : ByteBuffer.wrap(signature.bytes()).getLong();
        if (time < 0) {
            throw RefusedException.malformed("a cosignature has no time");
        }
        return new Cosignature(key, time);
    }

    static boolean fits(VerifierKey key, String text, NoteSignature signature) {
        byte[] timeAndSignature = signature.bytes();
        return timeAndSignature.length > Long.BYTES
                && ByteBuffer.wrap(timeAndSignature).getLong() >= 0
                && key.type()
                        .verifies(
                                key.key(),
                                of(key, signature).message(text),
                                Arrays.copyOfRange(timeAndSignature, Long.BYTES, timeAndSignature.length));
    }
}
