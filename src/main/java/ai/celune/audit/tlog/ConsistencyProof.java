package ai.celune.audit.tlog;

import java.util.ArrayList;
import java.util.List;

/**
 * That a tree begins with all leaves of an older one (RFC 9162 section 2.1.4). The parts are claims until {@link #verify} has passed.
 *
 * @param oldSize leaves of the older tree
 * @param newSize leaves of the newer tree
 * @param path the nodes between the two roots; empty when the sizes are equal or the older tree is empty
 */
public record ConsistencyProof(long oldSize, long newSize, List<Hash> path) {
    public ConsistencyProof {
        path = List.copyOf(path);
    }

    /**
     * RFC 9162 section 2.1.4.2, step by step. What it leaves out, equal sizes and the empty tree, takes no proof: the roots decide.
     *
     * @throws RefusedException when the path does not lead to both roots
     */
    public void verify(Hash oldRoot, Hash newRoot) {
        if (oldSize < 0 || oldSize > newSize) {
            throw failed();
        }
        if (oldSize > 0 && oldSize < newSize) {
            climb(oldRoot, newRoot);
        } else if (!path.isEmpty()
                || (oldSize == 0 && !oldRoot.equals(Hash.EMPTY_ROOT))
                || (oldSize == newSize && !oldRoot.equals(newRoot))) {
            throw failed();
        }
    }

    private void climb(Hash oldRoot, Hash newRoot) {
        List<Hash> steps = new ArrayList<>(path);
        if (Long.bitCount(oldSize) == 1) {
            steps.add(0, oldRoot);
        }
        if (path.isEmpty()) {
            throw failed();
        }
        long fn = oldSize - 1;
        long sn = newSize - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        Hash fr = steps.get(0);
        Hash sr = steps.get(0);
        for (Hash c : steps.subList(1, steps.size())) {
            if (sn == 0) {
                throw failed();
            }
            if ((fn & 1) == 1 || fn == sn) {
                fr = Hash.node(c, fr);
                sr = Hash.node(c, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = Hash.node(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        if (sn != 0 || !fr.equals(oldRoot) || !sr.equals(newRoot)) {
            throw failed();
        }
    }

    private static RefusedException failed() {
        return new RefusedException(
                RefusedException.Reason.BAD_PROOF, "the consistency proof does not lead to both roots");
    }
}
