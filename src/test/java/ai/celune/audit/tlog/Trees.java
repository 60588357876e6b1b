package ai.celune.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** Trees of known entries, and what RFC 6962 says of them word by word, which is slow and has nothing in common with the code that is tested. */
final class Trees {
    /** Around every border of a tile of the first two levels, and the example of the specification (T21). */
    static final List<Integer> SIZES = List.of(0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000);

    private Trees() {}

    static byte[] entry(long index) {
        return ("entry " + index).getBytes(UTF_8);
    }

    static List<Hash> leaves(int size) {
        return LongStream.range(0, size)
                .mapToObj(index -> Hash.leaf(entry(index)))
                .toList();
    }

    /** The tiles of a tree that grew leaf by leaf to its size at once. */
    static Memory grown(int size) {
        TreeWriter tree = new TreeWriter();
        leaves(size).forEach(tree::append);
        return new Memory().store(tree.takeChanged());
    }

    /** MTH(D[n]) of section 2.1. */
    static Hash root(List<Hash> leaves) {
        int n = leaves.size();
        if (n <= 1) {
            return n == 0 ? Hash.EMPTY_ROOT : leaves.get(0);
        }
        int k = split(n);
        return Hash.node(root(leaves.subList(0, k)), root(leaves.subList(k, n)));
    }

    /** PATH(m, D[n]) of section 2.1.1. */
    static List<Hash> path(int m, List<Hash> leaves) {
        int n = leaves.size();
        if (n == 1) {
            return List.of();
        }
        int k = split(n);
        return m < k
                ? plus(path(m, leaves.subList(0, k)), root(leaves.subList(k, n)))
                : plus(path(m - k, leaves.subList(k, n)), root(leaves.subList(0, k)));
    }

    /** PROOF(m, D[n]) of section 2.1.2. */
    static List<Hash> proof(int m, List<Hash> leaves) {
        return subproof(m, leaves, true);
    }

    private static List<Hash> subproof(int m, List<Hash> leaves, boolean whole) {
        int n = leaves.size();
        if (m == n) {
            return whole ? List.of() : List.of(root(leaves));
        }
        int k = split(n);
        return m <= k
                ? plus(subproof(m, leaves.subList(0, k), whole), root(leaves.subList(k, n)))
                : plus(subproof(m - k, leaves.subList(k, n), false), root(leaves.subList(0, k)));
    }

    private static int split(int n) {
        int k = 1;
        while (k * 2 < n) {
            k *= 2;
        }
        return k;
    }

    private static List<Hash> plus(List<Hash> hashes, Hash last) {
        List<Hash> more = new ArrayList<>(hashes);
        more.add(last);
        return more;
    }

    static void assertRefused(RefusedException.Reason reason, Executable what) {
        assertEquals(reason, assertThrows(RefusedException.class, what).reason());
    }

    /** Tiles by their path, as a folder or a server has them. */
    static final class Memory implements TileSource {
        final Map<String, byte[]> tiles = new HashMap<>();

        Memory store(List<TreeWriter.TileData> changed) {
            changed.forEach(data -> tiles.put(data.tile().path(), data.hashes()));
            return this;
        }

        byte[] get(String path) {
            return Objects.requireNonNull(tiles.get(path), path);
        }

        @Override
        public Optional<byte[]> read(Tile tile) {
            return Optional.ofNullable(tiles.get(tile.path()));
        }

        /** As a smaller tree has it: also partial tiles that were full before the tree was stored. */
        Optional<byte[]> cut(Tile tile) {
            return Stream.of(tile, tile.filled())
                    .flatMap(each -> read(each).stream())
                    .findFirst()
                    .or(() -> tiles.entrySet().stream()
                            .filter(each ->
                                    each.getKey().startsWith(tile.filled().path() + ".p/"))
                            .map(Map.Entry::getValue)
                            .findFirst())
                    .map(hashes -> Arrays.copyOf(hashes, tile.width() * Hash.BYTES));
        }

        void write(Path folder) throws IOException {
            for (Map.Entry<String, byte[]> tile : tiles.entrySet()) {
                Path file = folder.resolve(tile.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, tile.getValue());
            }
        }
    }
}
