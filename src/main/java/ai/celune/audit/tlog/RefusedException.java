package ai.celune.audit.tlog;

/** Something that was read is not what it has to be. The message is a sentence for whoever verifies and quotes nothing of what was read. */
public final class RefusedException extends RuntimeException {
    private final Reason reason;

    RefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    static RefusedException malformed(String message) {
        return new RefusedException(Reason.MALFORMED, message);
    }

    /** What kind of fault it is. */
    public enum Reason {
        /** Not of the form that its specification fixes. */
        MALFORMED,
        /** Beyond what is read here, although the specification may allow it. */
        TOO_LARGE,
        /** A kind of signature that this program or this JDK does not know. */
        UNSUPPORTED,
        /** No signature by a known key. */
        UNSIGNED,
        /** A signature by a known key does not fit the text. */
        BAD_SIGNATURE,
        /** A checkpoint of another log than the one expected. */
        WRONG_LOG,
        /** A proof does not lead to the root. */
        BAD_PROOF,
        /** A tile or an entry bundle is not there. */
        MISSING,
        /** A tile or an entry bundle does not hold what its place in the tree demands. */
        BAD_TILE
    }
}
