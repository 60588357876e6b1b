package ai.celune.audit.tlog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a tile or an entry bundle lies in a log (C2SP tlog-tiles).
 *
 * @param level 0 over leaves, {@code n + 1} over full tiles of level {@code n}, up to 63; {@link #ENTRIES} for a bundle of entries
 * @param index position within the level, from 0
 * @param width hashes or entries in it, 1 to 256; below 256 it is partial
 */
public record Tile(int level, long index, int width) {
    /** The level of entry bundles, which lie beside the tiles of level 0. */
    public static final int ENTRIES = -1;

    /** Hashes in a full tile. */
    public static final int FULL = 1 << Tile.HEIGHT;

    /** Levels of the tree that one tile spans. */
    static final int HEIGHT = 8;

    private static final int LAST_LEVEL = 63;
    private static final int GROUP = 1000;
    private static final Pattern PATH =
            Pattern.compile("tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

    public Tile {
        if (level < ENTRIES || level > LAST_LEVEL || index < 0 || width < 1 || width > FULL) {
            throw new IllegalArgumentException("no tile of level " + level + ", index " + index + ", width " + width);
        }
    }

    /**
     * The tile as it is in a tree of {@code size} leaves.
     *
     * @throws IllegalArgumentException when such a tree has nothing there
     */
    public static Tile in(long size, int level, long index) {
        long hashes = count(size, level);
        boolean inside = index >= 0 && index <= hashes / FULL;
        return new Tile(level, index, inside ? (int) Math.min(FULL, hashes - index * FULL) : 0);
    }

    /** The tiles, not the bundles, that a tree of {@code newSize} leaves has and one of {@code oldSize} has not, lower levels first. */
    public static List<Tile> added(long oldSize, long newSize) {
        List<Tile> tiles = new ArrayList<>();
        for (int level = 0; count(newSize, level) > 0; level++) {
            long hashes = count(newSize, level);
            if (hashes > count(oldSize, level)) {
                for (long index = count(oldSize, level) / FULL; index * FULL < hashes; index++) {
                    tiles.add(in(newSize, level, index));
                }
            }
        }
        return tiles;
    }

    /** How many hashes stand in a level of a tree: one for each full tile below. */
    static long count(long size, int level) {
        int shift = HEIGHT * Math.max(level, 0);
        return shift >= Long.SIZE ? 0 : size >>> shift;
    }

    public boolean full() {
        return width == FULL;
    }

    /** The tile that this one becomes once the tree has grown enough. */
    Tile filled() {
        return new Tile(level, index, FULL);
    }

    /** Index of the first entry under the tile. */
    public long start() {
        return entries(index);
    }

    /** Index behind the last entry that is under the tile once it is full; {@link Long#MAX_VALUE} where it is larger than that. */
    public long end() {
        return entries(index == Long.MAX_VALUE ? index : index + 1);
    }

    private long entries(long tiles) {
        int shift = HEIGHT * (Math.max(level, 0) + 1);
        if (tiles == 0) {
            return 0;
        }
        return shift >= Long.SIZE || tiles > Long.MAX_VALUE >>> shift ? Long.MAX_VALUE : tiles << shift;
    }

    /** Path below a log's prefix, such as {@code tile/0/x001/x234/067.p/112}. */
    public String path() {
        StringBuilder path = new StringBuilder(digits(index));
        for (long rest = index / GROUP; rest > 0; rest /= GROUP) {
            path.insert(0, "x" + digits(rest) + "/");
        }
        path.insert(0, "tile/" + (level == ENTRIES ? "entries" : level) + "/");
        return full() ? path.toString() : path.append(".p/").append(width).toString();
    }

    private static String digits(long number) {
        return Long.toString(GROUP + number % GROUP).substring(1);
    }

    /**
     * Reads a path; the reverse of {@link #path}.
     *
     * @throws RefusedException when no tile has that path
     */
    public static Tile parse(String path) {
        Matcher parts = PATH.matcher(path);
        if (parts.matches()) {
            try {
                Tile tile = new Tile(
                        parts.group(1).equals("entries") ? ENTRIES : Integer.parseInt(parts.group(1)),
                        Long.parseLong(parts.group(2).replaceAll("[x/]", "")),
                        parts.group(3) == null ? FULL : Integer.parseInt(parts.group(3)));
                if (tile.path().equals(path)) {
                    return tile;
                }
            } catch (IllegalArgumentException e) {
                throw RefusedException.malformed("no tile has that path");
            }
        }
        throw RefusedException.malformed("no tile has that path");
    }
}
