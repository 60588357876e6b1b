package ai.celune.crypto.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.KeyringConfig;
import ai.celune.crypto.SealingConfig;
import ai.celune.crypto.Store;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which stores a configuration means; what means nothing is refused in one sentence that names the property. */
class StoresTest {
    private static final String URL = "https://vault.example.com:8200";

    @TempDir
    Path folder = Path.of("");

    private String keyring = "";

    @BeforeEach
    void aKeyring() throws IOException {
        keyring = Files.createFile(folder.resolve("keyring.json")).toString();
    }

    @Test
    void aSingleStoreSealsAndOpens() {
        Stores ring = stores(Map.of("celune.keyring.file", keyring));
        assertEquals(Store.keyring, ring.sealing());
        assertEquals(List.of(Store.keyring), ring.opened());
        Stores vault = stores(Map.of("celune.vault.url", URL));
        assertEquals(Store.vault, vault.sealing());
        assertEquals(List.of(Store.vault), vault.opened());
    }

    @Test
    void ofTwoOneIsToldToSeal() {
        for (Store store : Store.values()) {
            Stores both = stores(Map.of(
                    "celune.keyring.file", keyring, "celune.vault.url", URL, "celune.crypto.seal-by", store.name()));
            assertEquals(store, both.sealing());
            assertEquals(List.of(Store.keyring, Store.vault), both.opened());
        }
    }

    @Test
    void nonsenseIsRefusedInOneSentence() {
        refused("one of celune.vault.url and celune.keyring.file must be set", Map.of());
        refused(
                "celune.crypto.seal-by must say which seals, keyring or vault, because both celune.vault.url and celune.keyring.file are set",
                Map.of("celune.keyring.file", keyring, "celune.vault.url", URL));
        refused(
                "celune.crypto.seal-by is vault, and celune.vault.url is not set",
                Map.of("celune.keyring.file", keyring, "celune.crypto.seal-by", "vault"));
        refused(
                "celune.crypto.seal-by is keyring, and celune.keyring.file is not set",
                Map.of("celune.vault.url", URL, "celune.crypto.seal-by", "keyring"));
    }

    /** A keyring that is made anew opens nothing. */
    @Test
    void besideVaultTheKeyringMustBeThere() {
        Path elsewhere = folder.resolve("elsewhere.json");
        refused(
                "celune.keyring.file names no file that could be moved to Vault",
                Map.of(
                        "celune.keyring.file",
                        elsewhere.toString(),
                        "celune.vault.url",
                        URL,
                        "celune.crypto.seal-by",
                        "vault"));
        assertTrue(Files.notExists(elsewhere));
    }

    private static void refused(String why, Map<String, String> properties) {
        assertEquals(
                why,
                assertThrows(IllegalStateException.class, () -> stores(properties))
                        .getMessage());
    }

    static Stores stores(Map<String, String> properties) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withDefaultValues(properties)
                .withMapping(VaultConfig.class)
                .withMapping(KeyringConfig.class)
                .withMapping(SealingConfig.class)
                .withConverter(java.time.Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(java.nio.file.Path.class, 200, new io.quarkus.runtime.configuration.PathConverter())
                .build();
        return new Stores(
                config.getConfigMapping(VaultConfig.class),
                config.getConfigMapping(KeyringConfig.class),
                config.getConfigMapping(SealingConfig.class));
    }
}
