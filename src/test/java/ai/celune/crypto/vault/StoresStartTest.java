package ai.celune.crypto.vault;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.WorkspaceKeys;
import ai.celune.support.Actors;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica that could not open what others have sealed does not start: it would take it for corrupted. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class StoresStartTest {
    private static final Map<String, String> VAULT = Map.of("celune.vault.url", "https://vault.example.com:8200");

    @TempDir
    Path folder = Path.of("");

    @Inject
    WorkspaceKeys keys;

    @Test
    void withoutTheKeyringWhileItsKeysAreThere() {
        var _ = Actors.newWorkspace();
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> start(VAULT));
        assertTrue(
                refused.toString()
                        .matches(
                                ".*: [1-9][0-9]* workspaces have keys that celune.keyring.file opens, which is not set"),
                refused.toString());
    }

    @Test
    void withoutVaultWhenOthersSealByIt() throws IOException {
        Map<String, String> keyring = Map.of(
                "celune.keyring.file",
                Files.createFile(folder.resolve("keyring.json")).toString());
        assertDoesNotThrow(() -> start(keyring));
        UUID moved = Actors.newWorkspace().workspaceId();
        String column = "sealed_private_key";
        String before = Rows.one("select " + column + " from workspace_key where workspace_id = ?", moved);
        Rows.update("update workspace_key set " + column + " = 'vault:v1:AAAA' where workspace_id = ?", moved);
        try {
            assertEquals(
                    "1 workspaces have keys that celune.vault.url opens, which is not set",
                    assertThrows(IllegalStateException.class, () -> start(keyring))
                            .getMessage());
        } finally {
            Rows.update("update workspace_key set " + column + " = ? where workspace_id = ?", before, moved);
        }
    }

    /** Its row stays, with what nobody opens any more. */
    @Test
    void whatIsBeingDestroyedKeepsNobodyFromStarting() {
        Rows.update("update workspace_key set shredding_at = now()");
        try {
            assertDoesNotThrow(() -> start(VAULT));
        } finally {
            Rows.update("update workspace_key set shredding_at = null");
        }
    }

    private void start(Map<String, String> properties) {
        StoresTest.stores(properties).onStart(new StartupEvent(), keys);
    }
}
