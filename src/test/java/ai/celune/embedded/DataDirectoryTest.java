package ai.celune.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @Test
    void secondOwnerIsRefusedInOneLine(@TempDir Path parent) throws IOException {
        Path path = parent.resolve("data");
        try (DataDirectory first = DataDirectory.open(path)) {
            assertEquals(path, first.path());
            Refusal refusal = assertThrows(Refusal.class, () -> DataDirectory.open(path));
            assertTrue(String.valueOf(refusal.getMessage()).contains("in use by another Celune"));
        }
        DataDirectory.open(path).close();
    }

    @Test
    void onlyTheOwnerReadsIt(@TempDir Path parent) throws IOException {
        try (DataDirectory data = DataDirectory.open(parent.resolve("data"))) {
            assertEquals("rwx------", mode(data.path()));
            assertEquals("rw-------", mode(data.bootstrapCode()));
            Path passwords = data.file("passwords");
            assertEquals(passwords(passwords), passwords(passwords));
            assertEquals("rw-------", mode(passwords));
        }
    }

    @Test
    void bootstrapCodeStaysTheSame(@TempDir Path parent) throws IOException {
        Path path = parent.resolve("data");
        String first;
        try (DataDirectory data = DataDirectory.open(path)) {
            first = Files.readString(data.bootstrapCode());
        }
        try (DataDirectory data = DataDirectory.open(path)) {
            assertEquals(first, Files.readString(data.bootstrapCode()));
        }
        assertTrue(first.matches("([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}"), "readable code");
    }

    @Test
    void fileInItsPlaceIsRefused(@TempDir Path parent) throws IOException {
        Path file = Files.writeString(parent.resolve("data"), "");
        assertThrows(Refusal.class, () -> DataDirectory.open(file));
    }

    private static String passwords(Path file) {
        return Passwords.loadOrCreate(file).app();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
