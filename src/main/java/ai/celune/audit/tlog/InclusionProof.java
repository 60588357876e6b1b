package ai.celune.audit.tlog;

import java.util.List;

/**
 * That a leaf is in a tree (RFC 9162 section 2.1.3). The parts are claims until {@link #verify} has passed.
 *
 * @param index of the leaf, from 0
 * @param size of the tree
 * @param path from the leaf's sibling up to the root's child
 */
public record InclusionProof(long index, long size, List<Hash> path) {
    public InclusionProof {
        path = List.copyOf(path);
    }

    /**
     * RFC 9162 section 2.1.3.2, step by step.
     *
     * @throws RefusedException when the path does not lead from the leaf to the root
     */
    public void verify(Hash leaf, Hash root) {
        if (index < 0 || index >= size) {
            throw failed();
        }
        long fn = index;
        long sn = size - 1;
        Hash r = leaf;
        for (Hash p : path) {
            if (sn == 0) {
                throw failed();
            }
            if ((fn & 1) == 1 || fn == sn) {
                r = Hash.node(p, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = Hash.node(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        if (sn != 0 || !r.equals(root)) {
            throw failed();
        }
    }

    private static RefusedException failed() {
        return new RefusedException(RefusedException.Reason.BAD_PROOF, "the inclusion proof does not lead to the root");
    }
}
