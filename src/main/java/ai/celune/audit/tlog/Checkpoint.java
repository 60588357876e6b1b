package ai.celune.audit.tlog;

import java.util.Collection;
import java.util.List;

/**
 * The head of a log at one size (C2SP tlog-checkpoint).
 *
 * @param origin the log's own name, one line
 * @param size number of leaves
 * @param root over all of them
 * @param extensions further lines, which no witness vouches for and no ML-DSA signature covers
 */
public record Checkpoint(String origin, long size, Hash root, List<String> extensions) {
    private static final int LINES = 3;

    /**
     * A head of a log.
     *
     * @throws IllegalArgumentException when it cannot be written as a checkpoint
     */
    public Checkpoint {
        extensions = List.copyOf(extensions);
        if (!isLine(origin) || !extensions.stream().allMatch(Checkpoint::isLine)) {
            throw new IllegalArgumentException("origin and extensions are lines that are not empty");
        }
        if (size < 0 || (size == 0 && !root.equals(Hash.EMPTY_ROOT))) {
            throw new IllegalArgumentException("no tree has that size and that root");
        }
    }

    public Checkpoint(String origin, long size, Hash root) {
        this(origin, size, root, List.of());
    }

    private static boolean isLine(String text) {
        return !text.isEmpty() && text.indexOf('\n') < 0 && Strict.isText(text);
    }

    /**
     * Reads the text of a note.
     *
     * @throws RefusedException when it is no checkpoint
     */
    public static Checkpoint parse(String text) {
        if (!text.endsWith("\n")) {
            throw RefusedException.malformed("the checkpoint does not end in a line feed");
        }
        List<String> lines = List.of(text.substring(0, text.length() - 1).split("\n", -1));
        if (lines.size() < LINES) {
            throw RefusedException.malformed("the checkpoint has fewer than three lines");
        }
        long size = Strict.decimal(lines.get(1));
        Hash root = Hash.parse(lines.get(2));
        try {
            return new Checkpoint(lines.get(0), size, root, lines.subList(LINES, lines.size()));
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("the checkpoint has an empty line, or no tree has its size and root");
        }
    }

    /**
     * The checkpoint of a note that its log has signed.
     *
     * @param origin the log's
     * @param keys the log's, one or more of which have to have signed
     * @throws RefusedException when it is of another log, not signed, or no checkpoint
     */
    public static Checkpoint open(SignedNote note, String origin, Collection<VerifierKey> keys) {
        note.verify(keys);
        Checkpoint checkpoint = parse(note.text());
        if (!checkpoint.origin.equals(origin)) {
            throw new RefusedException(RefusedException.Reason.WRONG_LOG, "the checkpoint is one of another log");
        }
        return checkpoint;
    }

    /** The text of the note. */
    public String text() {
        StringBuilder text = new StringBuilder(origin + "\n" + size + "\n" + root + "\n");
        extensions.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
