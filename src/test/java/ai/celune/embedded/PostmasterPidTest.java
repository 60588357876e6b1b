package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
