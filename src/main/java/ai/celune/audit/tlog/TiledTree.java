package ai.celune.audit.tlog;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A tree of a given size whose hashes are in tiles, and what can be proved of it. Tiles are believed: whoever does not trust their source compares
 * {@link #root} with a signed one, or verifies the proof. A tile that is not there or has another length is refused.
 */
public final class TiledTree {
    private final long size;
    private final TileSource tiles;

    /**
     * A tree that was stored.
     *
     * @param size number of leaves; the tiles may be those of a larger tree
     */
    public TiledTree(long size, TileSource tiles) {
        if (size < 0) {
            throw new IllegalArgumentException("no tree has " + size + " leaves");
        }
        this.size = size;
        this.tiles = tiles;
    }

    public Hash root() throws IOException {
        return size == 0 ? Hash.EMPTY_ROOT : new Nodes(size, tiles).over(0, size);
    }

    /** The hash of a leaf, from 0. */
    public Hash leaf(long index) throws IOException {
        return new Nodes(size, tiles).over(inside(index), index + 1);
    }

    /** That the leaf is in the tree: the audit path of RFC 6962 section 2.1.1. */
    public InclusionProof inclusion(long index) throws IOException {
        Nodes nodes = new Nodes(size, tiles);
        Deque<Hash> path = new ArrayDeque<>();
        inside(index);
        long first = 0;
        long end = size;
        while (end - first > 1) {
            long middle = first + Nodes.split(end - first);
            if (index < middle) {
                path.addFirst(nodes.over(middle, end));
                end = middle;
            } else {
                path.addFirst(nodes.over(first, middle));
                first = middle;
            }
        }
        return new InclusionProof(index, size, List.copyOf(path));
    }

    /** That the tree begins with all leaves of the one of {@code oldSize}, which may be 0: RFC 6962 section 2.1.2. */
    public ConsistencyProof consistency(long oldSize) throws IOException {
        if (oldSize < 0 || oldSize > size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves does not begin with " + oldSize);
        }
        Deque<Hash> path = new ArrayDeque<>();
        if (oldSize > 0) {
            Nodes nodes = new Nodes(size, tiles);
            long first = 0;
            long end = size;
            while (end != oldSize) {
                long middle = first + Nodes.split(end - first);
                if (oldSize <= middle) {
                    path.addFirst(nodes.over(middle, end));
                    end = middle;
                } else {
                    path.addFirst(nodes.over(first, middle));
                    first = middle;
                }
            }
            if (first > 0) {
                path.addFirst(nodes.over(first, end));
            }
        }
        return new ConsistencyProof(oldSize, size, List.copyOf(path));
    }

    private long inside(long index) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no leaf " + index);
        }
        return index;
    }
}
