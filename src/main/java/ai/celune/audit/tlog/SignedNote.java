package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A text and the signatures under it (C2SP signed-note). Nothing of it is to be believed before {@link #verify}.
 *
 * @param text ends in a line feed
 * @param signatures in the order of their lines
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
    /** The longest note that is read, in bytes: 100 cosignatures of the largest kind take a third of it. */
    public static final int LONGEST = 1 << 20;

    /** The most signatures that are read, known or not. */
    public static final int MOST_SIGNATURES = 100;

    /**
     * A note.
     *
     * @throws IllegalArgumentException when the text cannot be one of a note
     */
    public SignedNote {
        if (!text.endsWith("\n") || !Strict.isText(text)) {
            throw new IllegalArgumentException("the text of a note ends in a line feed and has no control characters");
        }
        signatures = List.copyOf(signatures);
    }

    /** A text without signatures yet. */
    public static SignedNote of(String text) {
        return new SignedNote(text, List.of());
    }

    public SignedNote with(NoteSignature signature) {
        List<NoteSignature> more = new ArrayList<>(signatures);
        more.add(signature);
        return new SignedNote(text, more);
    }

    /**
     * Reads a note.
     *
     * @throws RefusedException when it is none or too large
     */
    public static SignedNote parse(byte[] note) {
        String all = Strict.text(note, LONGEST);
        // The text may have empty lines of its own, so the last one ends it.
        int end = all.lastIndexOf("\n\n");
        if (end < 0 || !all.endsWith("\n") || end + 2 == all.length()) {
            throw RefusedException.malformed("the note has no signatures behind an empty line");
        }
        String[] lines = all.substring(end + 2).split("\n", MOST_SIGNATURES + 2);
        if (lines.length == MOST_SIGNATURES + 2) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE, "the note has more than " + MOST_SIGNATURES + " signatures");
        }
        List<NoteSignature> signatures = new ArrayList<>();
        for (int i = 0; i < lines.length - 1; i++) {
            signatures.add(NoteSignature.parse(lines[i]));
        }
        return new SignedNote(all.substring(0, end + 1), signatures);
    }

    /** What {@link #parse} reads. */
    public byte[] bytes() {
        return toString().getBytes(UTF_8);
    }

    /** What a log signs: the text alone. */
    public byte[] message() {
        return text.getBytes(UTF_8);
    }

    /**
     * The signatures that keys of {@code known} made, each of which was verified. Those of keys that this JDK cannot verify count as unknown.
     *
     * @throws RefusedException when one by a known key does not fit, or there is none by a known key
     */
    public List<NoteSignature> verify(Collection<VerifierKey> known) {
        List<NoteSignature> verified = new ArrayList<>();
        boolean unsupported = false;
        for (NoteSignature signature : signatures) {
            for (VerifierKey key : known) {
                if (!key.made(signature)) {
                    continue;
                }
                if (!key.type().supported()) {
                    unsupported = true;
                } else if (fits(key, signature)) {
                    verified.add(signature);
                } else {
                    throw new RefusedException(
                            RefusedException.Reason.BAD_SIGNATURE, "a signature by a known key does not fit the text");
                }
            }
        }
        if (verified.isEmpty()) {
            throw unsupported
                    ? new RefusedException(
                            RefusedException.Reason.UNSUPPORTED, "this Java cannot verify the signatures")
                    : new RefusedException(RefusedException.Reason.UNSIGNED, "no known key has signed");
        }
        return verified;
    }

    private boolean fits(VerifierKey key, NoteSignature signature) {
        return key.type().cosignature()
                ? Cosignature.fits(key, text, signature)
                : key.type().verifies(key.key(), message(), signature.bytes());
    }

    /** The note as it is written. */
    @Override
    public String toString() {
        StringBuilder note = new StringBuilder(text).append('\n');
        for (NoteSignature signature : signatures) {
            note.append(signature.line()).append('\n');
        }
        return note.toString();
    }
}
