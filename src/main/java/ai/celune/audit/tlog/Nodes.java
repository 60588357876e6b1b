package ai.celune.audit.tlog;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The nodes of a tree, taken from its tiles. Remembers the tiles it has read, so it lives no longer than one proof. */
final class Nodes {
    private final long size;
    private final TileSource source;
    private final Map<Tile, byte[]> read = new HashMap<>();

    Nodes(long size, TileSource source) {
        this.size = size;
        this.source = source;
    }

    /** The hash over the leaves from {@code first} up to before {@code end}, where these form a subtree of RFC 6962 section 2.1. */
    Hash over(long first, long end) throws IOException {
        long leaves = end - first;
        if (Long.bitCount(leaves) == 1) {
            return complete(Long.numberOfTrailingZeros(leaves), first);
        }
        long middle = first + split(leaves);
        return Hash.node(over(first, middle), over(middle, end));
    }

    /** How many leaves are on the left: the largest power of two below {@code leaves}, which is more than one. */
    static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }

    private Hash complete(int height, long first) throws IOException {
        int level = height / Tile.HEIGHT;
        long position = first >>> (level * Tile.HEIGHT);
        byte[] tile = tile(level, position / Tile.FULL);
        return fold(tile, (int) (position % Tile.FULL), 1 << (height % Tile.HEIGHT));
    }

    /** The hashes of a tile as wide as it is in this tree. */
    byte[] tile(int level, long index) throws IOException {
        Tile tile = Tile.in(size, level, index);
        byte[] known = read.get(tile);
        if (known == null) {
            known = fetch(tile);
            read.put(tile, known);
        }
        return known;
    }

    /** A log may have deleted a partial tile once the full one exists (tlog-tiles, "Partial Tiles"). */
    private byte[] fetch(Tile tile) throws IOException {
        Optional<byte[]> found = source.read(tile);
        if (found.isPresent()) {
            return checked(tile, found.get());
        }
        if (!tile.full()) {
            Optional<byte[]> full = source.read(tile.filled());
            if (full.isPresent()) {
                return checked(tile.filled(), full.get());
            }
        }
        throw new RefusedException(RefusedException.Reason.MISSING, tile.path() + " is missing");
    }

    private static byte[] checked(Tile tile, byte[] hashes) {
        if (hashes.length != tile.width() * Hash.BYTES) {
            throw new RefusedException(
                    RefusedException.Reason.BAD_TILE, tile.path() + " does not have " + tile.width() + " hashes");
        }
        return hashes;
    }

    /** The node over {@code count} hashes of a tile, a power of two. */
    static Hash fold(byte[] tile, int from, int count) {
        if (count == 1) {
            return Hash.at(tile, from);
        }
        int half = count / 2;
        return Hash.node(fold(tile, from, half), fold(tile, from + half, half));
    }
}
