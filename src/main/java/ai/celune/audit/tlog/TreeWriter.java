package ai.celune.audit.tlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tree that grows at its right edge. Of each level it keeps the hashes of the last, partial tile alone, which is all that growing and the root
 * need; whoever uses it stores what {@link #takeChanged} gives, before the checkpoint of the new size.
 */
public final class TreeWriter {
    private final List<Edge> levels = new ArrayList<>();
    private final List<TileData> filled = new ArrayList<>();
    private long size;
    private long taken;

    /** A tile to store. */
    public record TileData(Tile tile, byte[] hashes) {}

    /** Begins a tree without leaves. */
    public TreeWriter() {}

    /**
     * Takes up a tree that was stored.
     *
     * @param root what the tree had; tiles that lead to another root are not built upon
     * @throws RefusedException when a tile of the edge is not there, is of another length, or the root is another
     */
    public static TreeWriter resume(long size, Hash root, TileSource tiles) throws IOException {
        TreeWriter tree = new TreeWriter();
        Nodes nodes = new Nodes(size, tiles);
        for (int level = 0; Tile.count(size, level) > 0; level++) {
            long hashes = Tile.count(size, level);
            Edge edge = tree.level(level);
            edge.index = hashes / Tile.FULL;
            edge.width = (int) (hashes % Tile.FULL);
            if (edge.width > 0) {
                System.arraycopy(nodes.tile(level, edge.index), 0, edge.hashes, 0, edge.width * Hash.BYTES);
            }
        }
        tree.size = size;
        tree.taken = size;
        if (!tree.root().equals(root)) {
            throw new RefusedException(RefusedException.Reason.BAD_TILE, "the stored tiles do not lead to the root");
        }
        return tree;
    }

    public long size() {
        return size;
    }

    /** Appends a leaf, see {@link Hash#leaf}; its index is the size before. */
    public void append(Hash leaf) {
        size = Math.incrementExact(size);
        append(0, leaf);
    }

    private void append(int number, Hash hash) {
        Edge level = level(number);
        hash.copyTo(level.hashes, level.width * Hash.BYTES);
        level.width++;
        // Only a full tile has a hash in the level above (tlog-tiles, "Partial Tiles").
        if (level.width == Tile.FULL) {
            filled.add(new TileData(new Tile(number, level.index, Tile.FULL), level.hashes.clone()));
            level.index++;
            level.width = 0;
            append(number + 1, Nodes.fold(level.hashes, 0, Tile.FULL));
        }
    }

    private Edge level(int number) {
        if (number == levels.size()) {
            levels.add(new Edge());
        }
        return levels.get(number);
    }

    /** The root over all leaves so far. */
    public Hash root() {
        List<Hash> complete = new ArrayList<>();
        for (Edge level : levels) {
            for (int bit = 1; bit < Tile.FULL; bit <<= 1) {
                if ((level.width & bit) != 0) {
                    complete.add(Nodes.fold(level.hashes, level.width & -(bit << 1), bit));
                }
            }
        }
        // From the smallest complete subtree, which is the rightmost, to the largest.
        return complete.stream().reduce((right, left) -> Hash.node(left, right)).orElse(Hash.EMPTY_ROOT);
    }

    /** The tiles that became full or wider since the last call, each once; the partial ones as of now. */
    public List<TileData> takeChanged() {
        List<TileData> changed = new ArrayList<>(filled);
        for (int number = 0; number < levels.size(); number++) {
            Edge level = levels.get(number);
            if (level.width > 0 && Tile.count(size, number) > Tile.count(taken, number)) {
                changed.add(new TileData(
                        new Tile(number, level.index, level.width),
                        Arrays.copyOf(level.hashes, level.width * Hash.BYTES)));
            }
        }
        filled.clear();
        taken = size;
        return changed;
    }

    private static final class Edge {
        private final byte[] hashes = new byte[Tile.FULL * Hash.BYTES];
        private long index;
        private int width;
    }
}
