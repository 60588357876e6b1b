package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.audit.tlog.RefusedException.Reason;
import ai.celune.audit.tlog.Trees.Memory;
import ai.celune.support.Fuzz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** T21: trees that grow over tiles are those of RFC 6962, and their tiles those of tlog-tiles. */
class TreeTest {
    static final List<Integer> SIZES = Trees.SIZES;

    /** The entries and roots that implementations of RFC 6962 have shared since the first of them. */
    static final List<String> ENTRIES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void theSharedVectorsHold() {
        TreeWriter tree = new TreeWriter();
        List<String> roots = new ArrayList<>(List.of(hex(tree.root())));
        for (String entry : ENTRIES) {
            tree.append(Hash.leaf(HexFormat.of().parseHex(entry)));
            roots.add(hex(tree.root()));
        }
        assertEquals(ROOTS, roots);
    }

    @ParameterizedTest
    @FieldSource("SIZES")
    void everyHashInEveryTileIsTheOneOfTheFormula(int size) {
        List<Hash> leaves = Trees.leaves(size);
        Memory tiles = Trees.grown(size);
        Set<String> expected = new TreeSet<>();
        for (int level = 0, span = 1; size / span > 0; level++, span *= Tile.FULL) {
            int hashes = size / span;
            for (int n = 0; n * Tile.FULL < hashes; n++) {
                int width = Math.min(Tile.FULL, hashes - n * Tile.FULL);
                String path = new Tile(level, n, width).path();
                expected.add(path);
                for (int i = 0; i < width; i++) {
                    int first = (n * Tile.FULL + i) * span;
                    assertEquals(Trees.root(leaves.subList(first, first + span)), Hash.at(tiles.get(path), i), path);
                }
            }
        }
        assertEquals(expected, new TreeSet<>(tiles.tiles.keySet()));
        assertEquals(
                expected, Tile.added(0, size).stream().map(Tile::path).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @FieldSource("SIZES")
    void theRootIsTheSameFromLeavesFromTilesAndFromTheEdge(int size) throws IOException {
        Memory tiles = Trees.grown(size);
        Hash root = Trees.root(Trees.leaves(size));
        assertEquals(root, new TiledTree(size, tiles).root());
        TreeWriter resumed = TreeWriter.resume(size, root, tiles);
        assertEquals(root, resumed.root());
        assertEquals(size, resumed.size());
        assertEquals(List.of(), resumed.takeChanged());
    }

    @Test
    void seventyThousandLeavesAreTheTilesOfTheSpecification() {
        List<Tile> tiles = Tile.added(0, 70_000);
        assertEquals(
                273,
                tiles.stream().filter(tile -> tile.level() == 0 && tile.full()).count());
        assertEquals(
                List.of("tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"),
                tiles.stream()
                        .filter(tile -> tile.level() > 0 || !tile.full())
                        .map(Tile::path)
                        .toList());
        assertEquals(
                List.of("tile/0/000", "tile/1/000.p/1"),
                Tile.added(0, 256).stream().map(Tile::path).toList());
    }

    /** Whatever the batches and however often the writer is made anew, as after a crash. */
    @Test
    void howATreeGrewDoesNotShow() {
        Fuzz.rounds(40, fuzz -> {
            Memory tiles = new Memory();
            TreeWriter tree = new TreeWriter();
            int size = fuzz.oneOf(List.of(3, 300, 1_000, 66_000));
            while (tree.size() < size) {
                if (fuzz.random().nextBoolean()) {
                    tree = TreeWriter.resume(tree.size(), tree.root(), tiles);
                }
                long before = tree.size();
                for (int leaves = fuzz.random().nextInt(size / 2); leaves >= 0 && tree.size() < size; leaves--) {
                    tree.append(Hash.leaf(Trees.entry(tree.size())));
                }
                List<TreeWriter.TileData> changed = tree.takeChanged();
                assertEquals(
                        Set.copyOf(Tile.added(before, tree.size())),
                        changed.stream().map(TreeWriter.TileData::tile).collect(Collectors.toSet()));
                tiles.store(changed);
                assertEquals(tree.root(), new TiledTree(tree.size(), tiles).root());
            }
            Trees.grown(size).tiles.forEach((path, hashes) -> assertArrayEquals(hashes, tiles.get(path), path));
        });
    }

    /** A log may have deleted the partial tiles that became full (tlog-tiles, "Partial Tiles"). */
    @Test
    void aSmallerTreeIsReadFromTheFullTilesOfALargerOne() throws IOException {
        Memory tiles = Trees.grown(70_000);
        for (int size : SIZES) {
            assertEquals(Trees.root(Trees.leaves(size)), new TiledTree(size, tiles).root());
        }
    }

    @Test
    void aTileThatIsNotThereIsNamed() {
        Memory tiles = Trees.grown(70_000);
        tiles.tiles.remove("tile/1/000");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> new TiledTree(70_000, tiles).inclusion(3));
        assertEquals(Reason.MISSING, refused.reason());
        assertEquals("tile/1/000 is missing", refused.getMessage());
    }

    @Test
    void aTileOfAnotherLengthIsNotRead() {
        for (int length : List.of(0, 31, 111 * 32, 112 * 32 - 1, 112 * 32 + 1, 113 * 32, 8_192)) {
            Memory tiles = Trees.grown(70_000);
            tiles.tiles.put("tile/0/273.p/112", new byte[length]);
            assertRefused(Reason.BAD_TILE, () -> new TiledTree(70_000, tiles).root());
            assertRefused(Reason.BAD_TILE, () -> TreeWriter.resume(70_000, Hash.EMPTY_ROOT, tiles));
        }
        Memory tiles = Trees.grown(70_000);
        tiles.tiles.put("tile/0/000", new byte[8_160]);
        assertRefused(Reason.BAD_TILE, () -> new TiledTree(70_000, tiles).leaf(0));
        assertRefused(Reason.BAD_TILE, () -> new TiledTree(200, tiles).leaf(0));
    }

    /** Nothing is appended to an edge that does not belong to the stored root. */
    @Test
    void aChangedTileIsNotBuiltUpon() {
        Hash root = Trees.root(Trees.leaves(70_000));
        for (String path : List.of("tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1")) {
            Memory tiles = Trees.grown(70_000);
            tiles.get(path)[5] ^= 1;
            assertRefused(Reason.BAD_TILE, () -> TreeWriter.resume(70_000, root, tiles));
        }
        assertRefused(Reason.BAD_TILE, () -> TreeWriter.resume(69_999, root, Trees.grown(69_999)));
    }

    @Test
    void aLeafCannotPassForANode() {
        byte[] both = new byte[64];
        Hash left = Hash.leaf(Trees.entry(0));
        Hash right = Hash.leaf(Trees.entry(1));
        left.copyTo(both, 0);
        right.copyTo(both, 32);
        assertNotEquals(Hash.node(left, right), Hash.leaf(both));
        assertNotEquals(Hash.node(left, right), Hash.node(right, left));
    }

    @Test
    void aTreeHasNoNegativeSizeAndNoLeafBeyondItsEnd() {
        TiledTree tree = new TiledTree(257, Trees.grown(257));
        assertThrows(IllegalArgumentException.class, () -> new TiledTree(-1, tile -> Optional.empty()));
        for (long index : List.of(-1L, 257L, Long.MAX_VALUE)) {
            assertThrows(IllegalArgumentException.class, () -> tree.leaf(index));
            assertThrows(IllegalArgumentException.class, () -> tree.inclusion(index));
        }
        assertThrows(IllegalArgumentException.class, () -> tree.consistency(258));
        assertThrows(IllegalArgumentException.class, () -> tree.consistency(-1));
    }

    private static String hex(Hash hash) {
        return HexFormat.of().formatHex(hash.bytes());
    }
}
