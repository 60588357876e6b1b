package ai.celune.audit.tlog;

import static ai.celune.audit.tlog.Trees.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.audit.tlog.RefusedException.Reason;
import ai.celune.support.Fuzz;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where tiles and bundles lie, what bundles hold, and which a pruned log may refuse. */
class TileTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 256, tile/0/000",
        "0, 999, 256, tile/0/999",
        "0, 1000, 1, tile/0/x001/000.p/1",
        "1, 1234067, 255, tile/1/x001/x234/067.p/255",
        "63, 9223372036854775807, 256, tile/63/x009/x223/x372/x036/x854/x775/807",
        "-1, 1234067, 112, tile/entries/x001/x234/067.p/112"
    })
    void aPathIsThatOfTheSpecification(int level, long index, int width, String path) {
        assertEquals(path, new Tile(level, index, width).path());
        assertEquals(new Tile(level, index, width), Tile.parse(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tile/0",
                "tile/0/",
                "tile/0/0",
                "tile/0/00",
                "tile/0/0000",
                "tile/0/1000",
                "tile/0/x000/001",
                "tile/0/x001",
                "tile/0/001/002",
                "tile/0/x001/x002",
                "tile/00/000",
                "tile/64/000",
                "tile/-1/000",
                "tile/data/000",
                "tile/8/0/000",
                "/tile/0/000",
                "tile/0/000/",
                "tile/0/000.p",
                "tile/0/000.p/",
                "tile/0/000.p/0",
                "tile/0/000.p/01",
                "tile/0/000.p/256",
                "tile/0/000.p/-1",
                "tile/0/../000",
                "tile/0/000\n",
                "tile/0/\u0660\u0660\u0660",
                "tile/0/x009/x223/x372/x036/x854/x775/808",
                "tile/0/x001/x009/x223/x372/x036/x854/x775/807"
            })
    void nothingElseIsAPath(String path) {
        assertRefused(Reason.MALFORMED, () -> Tile.parse(path));
    }

    @Test
    void aPathIsTheSameInEveryLanguage() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab"));
            assertEquals("tile/0/x001/234.p/5", new Tile(0, 1234, 5).path());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aTreeHasNoTileBeyondItsEnd() {
        assertEquals(new Tile(0, 273, 112), Tile.in(70_000, 0, 273));
        assertEquals(new Tile(Tile.ENTRIES, 273, 112), Tile.in(70_000, Tile.ENTRIES, 273));
        for (long index : List.of(-1L, 274L, 1L << 55, 1L << 56, 3L << 55, Long.MAX_VALUE)) {
            assertThrows(IllegalArgumentException.class, () -> Tile.in(70_000, 0, index));
        }
        assertThrows(IllegalArgumentException.class, () -> Tile.in(256, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Tile.in(70_000, 3, 0));
        assertThrows(IllegalArgumentException.class, () -> Tile.in(Long.MAX_VALUE, 8, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 256",
        "-1, 3, 768, 1024",
        "1, 1, 65536, 131072",
        "6, 127, 9151314442816847872, 9223372036854775807",
        "7, 0, 0, 9223372036854775807",
        "63, 1, 9223372036854775807, 9223372036854775807"
    })
    void aTileSpansItsEntries(int level, long index, long start, long end) {
        assertEquals(start, new Tile(level, index, 1).start());
        assertEquals(end, new Tile(level, index, 1).end());
    }

    /** T12, arithmetic: whole bundles below the bound may go, and what any entry above it needs may not. */
    @Test
    void aPrunedLogMayRefuseWhatLiesWhollyBelowItsMinimumIndex() {
        MinimumIndex minimum = MinimumIndex.keeping(70_000, 80_000);
        assertEquals(69_888, minimum.value());
        assertTrue(minimum.mayRefuse(new Tile(Tile.ENTRIES, 272, 256)));
        assertTrue(minimum.mayRefuse(new Tile(0, 272, 256)));
        assertTrue(minimum.mayRefuse(new Tile(1, 0, 256)));
        assertFalse(minimum.mayRefuse(new Tile(Tile.ENTRIES, 273, 256)));
        assertFalse(minimum.mayRefuse(new Tile(1, 1, 17)));
        assertFalse(minimum.mayRefuse(new Tile(2, 0, 1)));
        assertFalse(new MinimumIndex(0).mayRefuse(new Tile(0, 0, 1)));
        assertFalse(new MinimumIndex(Long.MAX_VALUE - 1).mayRefuse(new Tile(7, 0, 128)));
    }

    @Test
    void nothingIsPrunedBeyondTheSignedTree() {
        assertEquals(new MinimumIndex(256), MinimumIndex.keeping(257, 257));
        assertEquals(new MinimumIndex(0), MinimumIndex.keeping(255, 1_000));
        assertThrows(IllegalArgumentException.class, () -> MinimumIndex.keeping(258, 257));
        assertThrows(IllegalArgumentException.class, () -> MinimumIndex.keeping(-1, 257));
        assertThrows(IllegalArgumentException.class, () -> new MinimumIndex(-1));
    }

    @Test
    void aBundleGivesItsEntriesBack() {
        Fuzz.rounds(300, fuzz -> {
            int width = 1 + fuzz.random().nextInt(256);
            List<byte[]> entries = IntStream.range(0, width)
                    .mapToObj(i -> {
                        byte[] entry =
                                new byte[fuzz.random().nextInt(fuzz.random().nextInt(8) == 0 ? 65_536 : 40)];
                        fuzz.random().nextBytes(entry);
                        return entry;
                    })
                    .toList();
            byte[] bundle = EntryBundle.encode(entries);
            List<byte[]> decoded = EntryBundle.decode(bundle, width);
            assertEquals(width, decoded.size());
            for (int i = 0; i < width; i++) {
                assertArrayEquals(entries.get(i), decoded.get(i));
            }
        });
    }

    @Test
    void aBundleHoldsWhatItsPlaceDemands() {
        assertArrayEquals(new byte[] {0, 1, 7, 0, 0}, EntryBundle.encode(List.of(new byte[] {7}, new byte[0])));
        for (byte[] bad : List.of(
                new byte[] {},
                new byte[] {0},
                new byte[] {0, 1, 7},
                new byte[] {0, 1, 7, 0},
                new byte[] {0, 1, 7, 0, 1},
                new byte[] {0, 1, 7, 0, 0, 0},
                new byte[] {0, 1, 7, 0, 0, 0, 0},
                new byte[] {(byte) 0xff, (byte) 0xff, 7, 0, 0})) {
            assertRefused(Reason.BAD_TILE, () -> EntryBundle.decode(bad, 2));
        }
    }

    @Test
    void aBundleHasNoLongerEntryAndNoMoreOfThem() {
        byte[] longest = new byte[65_535];
        assertEquals(EntryBundle.LONGEST, EntryBundle.encode(Collections.nCopies(256, longest)).length);
        assertThrows(IllegalArgumentException.class, () -> EntryBundle.encode(List.of(new byte[65_536])));
        assertThrows(IllegalArgumentException.class, () -> EntryBundle.encode(List.of()));
        assertThrows(IllegalArgumentException.class, () -> EntryBundle.encode(Collections.nCopies(257, new byte[0])));
    }

    /** T1, as far as one bundle goes: no byte of it can change without a leaf hash that differs, or a bundle that cannot be read. */
    @Test
    void everyByteOfABundleIsInTheTree() {
        List<byte[]> entries = IntStream.range(0, 20).mapToObj(Trees::entry).toList();
        byte[] bundle = EntryBundle.encode(entries);
        for (int at = 0; at < bundle.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = bundle.clone();
                changed[at] ^= (byte) (1 << bit);
                assertFalse(leaves(changed).equals(Trees.leaves(20)));
            }
        }
    }

    private static List<Hash> leaves(byte[] bundle) {
        try {
            return EntryBundle.decode(bundle, 20).stream().map(Hash::leaf).toList();
        } catch (RefusedException _) {
            return List.of();
        }
    }
}
