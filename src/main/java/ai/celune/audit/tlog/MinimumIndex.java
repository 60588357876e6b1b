package ai.celune.audit.tlog;

/**
 * The lower bound of the entries that a pruned log still publishes (tlog-tiles, "Pruning"). Proofs that were made before stay valid.
 *
 * @param value index of the first entry that is certainly there; 0 in a log that was never pruned
 */
public record MinimumIndex(long value) {
    public MinimumIndex {
        if (value < 0) {
            throw new IllegalArgumentException("an index is not negative");
        }
    }

    /**
     * The bound for a log that keeps everything from {@code firstKept}: that much or less, since bundles go whole.
     *
     * @param size of the signed tree, beyond which nothing can be pruned
     */
    public static MinimumIndex keeping(long firstKept, long size) {
        if (firstKept > size) {
            throw new IllegalArgumentException("the minimum index of a log is not above its size");
        }
        return new MinimumIndex(firstKept - Math.floorMod(firstKept, (long) Tile.FULL));
    }

    /** Whether the log may refuse this tile or bundle: nothing under it is above the bound. */
    public boolean mayRefuse(Tile tile) {
        return tile.end() <= value;
    }
}
