package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * That something is in a log, in a file that can be verified offline (C2SP tlog-proof, extension {@code .tlog-proof}).
 *
 * @param extra for the application, not authenticated; empty for none
 * @param index of the leaf, from 0
 * @param path see {@link InclusionProof}
 * @param checkpoint signed by the log and cosigned by witnesses
 */
public record TlogProof(byte[] extra, long index, List<Hash> path, SignedNote checkpoint) {
    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";

    /** A tree of fewer than 2^63 leaves has no longer path. */
    private static final int LONGEST_PATH = 63;

    public TlogProof {
        if (index < 0 || path.size() > LONGEST_PATH) {
            throw new IllegalArgumentException("no proof has a negative index or more than 63 hashes");
        }
        path = List.copyOf(path);
    }

    /**
     * Reads a file.
     *
     * @throws RefusedException when it is no proof or too large
     */
    public static TlogProof parse(byte[] file) {
        String all = Strict.text(file, SignedNote.LONGEST);
        int end = all.indexOf("\n\n");
        if (end < 0) {
            throw RefusedException.malformed("the proof has no checkpoint behind an empty line");
        }
        List<String> lines = List.of(all.substring(0, end).split("\n", -1));
        if (!lines.get(0).equals(HEADER)) {
            throw RefusedException.malformed("the file does not begin with " + HEADER);
        }
        int next = 1;
        byte[] extra = new byte[0];
        if (next < lines.size() && lines.get(next).startsWith(EXTRA)) {
            extra = Strict.base64(lines.get(next).substring(EXTRA.length()));
            next++;
            if (extra.length == 0) {
                throw RefusedException.malformed("the proof has extra data without any");
            }
        }
        if (next == lines.size() || !lines.get(next).startsWith(INDEX)) {
            throw RefusedException.malformed("the proof has no index");
        }
        long index = Strict.decimal(lines.get(next).substring(INDEX.length()));
        List<Hash> path = path(lines.subList(next + 1, lines.size()));
        return new TlogProof(
                extra, index, path, SignedNote.parse(all.substring(end + 2).getBytes(UTF_8)));
    }

    private static List<Hash> path(List<String> lines) {
        if (lines.size() > LONGEST_PATH) {
            throw new RefusedException(RefusedException.Reason.TOO_LARGE, "the proof has more than 63 hashes");
        }
        List<Hash> path = new ArrayList<>();
        lines.forEach(line -> path.add(Hash.parse(line)));
        return path;
    }

    /**
     * Verifies everything: that the log of the policy signed, that enough witnesses cosigned, that the leaf is in the tree. Where the witnesses do
     * not suffice {@link Policy.Witnessed#quorum} says so; all else is refused.
     *
     * @throws RefusedException naming what does not hold
     */
    public Policy.Witnessed verify(Hash leaf, Policy policy) {
        Policy.Witnessed witnessed = policy.check(checkpoint);
        Checkpoint head = witnessed.checkpoint();
        new InclusionProof(index, head.size(), path).verify(leaf, head.root());
        return witnessed;
    }

    /** What {@link #parse} reads. */
    public byte[] bytes() {
        StringBuilder file = new StringBuilder(HEADER).append('\n');
        if (extra.length > 0) {
            file.append(EXTRA).append(Base64.getEncoder().encodeToString(extra)).append('\n');
        }
        file.append(INDEX).append(index).append('\n');
        path.forEach(hash -> file.append(hash).append('\n'));
        return file.append('\n').append(checkpoint).toString().getBytes(UTF_8);
    }
}
