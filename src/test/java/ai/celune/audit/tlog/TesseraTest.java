package ai.celune.audit.tlog;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.RealServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** T21: the checker of another log implementation finds nothing wrong with a log that was written here, and finds what was changed. */
@Tag("long")
class TesseraTest {
    static final List<Integer> SIZES =
            Trees.SIZES.stream().filter(size -> size > 0).toList();
    private static final Keys LOG = new Keys("example.com/log", SignatureType.ED25519);

    @TempDir
    Path folder;

    @ParameterizedTest
    @FieldSource("SIZES")
    void aLogOfEverySizeOfT21IsFoundSound(int size) throws Exception {
        write(size);
        String report = fsck();
        assertTrue(report.contains("Successfully fsck'd log with size " + size), report);
    }

    @Test
    void anyChangedFileIsFound() throws Exception {
        write(600);
        for (String path :
                List.of("tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "checkpoint")) {
            byte[] good = Files.readAllBytes(folder.resolve(path));
            byte[] bad = good.clone();
            bad[40] ^= 1;
            Files.write(folder.resolve(path), bad);
            assertTrue(fsck().contains("fsck failed"), path);
            Files.write(folder.resolve(path), good);
        }
        assertTrue(fsck().contains("Successfully"));
    }

    private void write(int size) throws IOException {
        Trees.Memory tiles = Trees.grown(size);
        tiles.write(folder);
        for (long index = 0; index * Tile.FULL < size; index++) {
            Tile bundle = Tile.in(size, Tile.ENTRIES, index);
            List<byte[]> entries = LongStream.range(bundle.start(), bundle.start() + bundle.width())
                    .mapToObj(Trees::entry)
                    .toList();
            Path file = folder.resolve(bundle.path());
            Files.createDirectories(file.getParent());
            Files.write(file, EntryBundle.encode(entries));
        }
        Checkpoint head = new Checkpoint("example.com/log", size, new TiledTree(size, tiles).root());
        Files.write(folder.resolve("checkpoint"), LOG.signed(head.text()).bytes());
    }

    /** What it reports. With fewer workers than tiles it waits for ever after the first bad one, hence so many and a limit. */
    private String fsck() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), LOG.key().toString());
        Path report = folder.resolve("report");
        Process fsck = new ProcessBuilder(
                        RealServers.program("tessera"),
                        "-ui=false",
                        "-N=300",
                        "-storage_url=file://" + folder + "/",
                        "-public_key=" + key)
                .redirectErrorStream(true)
                .redirectOutput(report.toFile())
                .start();
        boolean ended = fsck.waitFor(1, TimeUnit.MINUTES);
        fsck.destroyForcibly();
        assertTrue(ended, "fsck did not end");
        return Files.readString(report);
    }
}
