package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterPidTest {
    @Test
    void firstLineIsTheProcess() {
        assertEquals(
                Optional.of(new PostmasterPid(4711)),
                PostmasterPid.parse(List.of("4711", "/data", "1700000000", "5432")));
    }

    @Test
    void brokenFileNamesNoProcess() {
        assertTrue(PostmasterPid.parse(List.of()).isEmpty());
        assertTrue(PostmasterPid.parse(List.of("-1")).isEmpty());
        assertTrue(PostmasterPid.parse(List.of("not a number")).isEmpty());
    }

    @Test
    void aChangedFileNamesTheNumberOnItsFirstLineOrNone() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("4711\n/data\n1700000000\n5432");
            PostmasterPid.parse(text.lines().toList())
                    .ifPresent(process -> assertEquals(
                            process.pid(),
                            Long.parseLong(text.lines().toList().getFirst().strip())));
        });
    }

    @Test
    void aFileThatIsNoTextNamesNoProcess(@TempDir Path directory) throws IOException {
        Files.write(directory.resolve("postmaster.pid"), new byte[] {'1', (byte) 0xff, '\n'});
        assertTrue(PostmasterPid.read(directory).isEmpty());
    }

    @Test
    void absentFileNamesNoProcess(@TempDir Path directory) {
        assertTrue(PostmasterPid.read(directory).isEmpty());
    }

    /** After a reboot the number may belong to anybody. */
    @Test
    void anotherProgramIsNoPostgres() {
        assertFalse(new PostmasterPid(ProcessHandle.current().pid()).isPostgres());
        assertFalse(new PostmasterPid(Integer.MAX_VALUE).isPostgres());
    }
}
