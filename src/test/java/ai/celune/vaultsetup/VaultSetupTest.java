package ai.celune.vaultsetup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.launcher.Arguments;
import ai.celune.launcher.Console;
import ai.celune.launcher.Refusal;
import ai.celune.support.TestVault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vault-setup} against a real Vault. */
class VaultSetupTest {
    private static final TestVault VAULT = TestVault.running();

    @TempDir
    Path folder;

    @Test
    void aDryRunSaysWhatItWouldDoAndDoesNothing() {
        String said = VAULT.setUp(
                "--dry-run", "--transit-mount", "dry-transit", "--kv-mount", "dry-kv", "--approle", "dry-approle");
        assertTrue(said.contains("would set  transit engine at dry-transit"), said);
        assertTrue(said.contains("would set  KV version 2 engine at dry-kv"), said);
        assertTrue(said.contains("would set  AppRole celune-key-worker"), said);
        assertTrue(said.endsWith("nothing was changed\n"), said);
        assertFalse(VAULT.read("sys/mounts").has("dry-transit/"));
        assertFalse(VAULT.read("sys/mounts").has("dry-kv/"));
        assertFalse(VAULT.read("sys/auth").has("dry-approle/"));
    }

    @Test
    void aSecondRunChangesNothing() {
        String[] wanted = {"--transit-mount", "second/transit", "--kv-mount", "second/kv", "--approle", "second-approle"
        };
        assertFalse(VAULT.setUp(wanted).contains("as wanted  transit"));
        String said = VAULT.setUp(wanted);
        assertTrue(said.endsWith("\n0 changed\n"), said);
        assertFalse(said.contains("set        "), said);
        // The policies are one per Vault, so the last run's mounts count; the other tests use the usual ones.
        VAULT.setUp();
    }

    @Test
    void whatSomebodyChangedIsPutRight() {
        VAULT.post("celune-transit/config/keys", Map.of("disable_upsert", false));
        VAULT.post("sys/policies/acl/celune-runtime", Map.of("policy", "path \"*\" { capabilities = [\"read\"] }"));
        String said = VAULT.setUp();
        assertTrue(said.contains("set        no key made by use"), said);
        assertTrue(said.contains("set        policy celune-runtime"), said);
        assertTrue(said.endsWith("2 changed\n"), said);
        assertTrue(
                VAULT.read("celune-transit/config/keys").path("disable_upsert").asBoolean());
    }

    @Test
    void secretIdsAreReadableByTheirOwnerOnly() throws IOException {
        Path ids = folder.resolve("ids");
        VAULT.setUp("--approle", "approle", "--secret-ids", ids.toString());
        for (String identity : List.of("runtime", "key-worker", "checkpoint-signer")) {
            Path file = ids.resolve(identity + "-secret-id");
            assertEquals(36, Files.readString(file).length());
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    void aMountOfAnotherKindIsLeftAlone() {
        assertEquals(
                "sys/ is taken by an engine of type system",
                assertThrows(Refusal.class, () -> VAULT.setUp("--transit-mount", "sys"))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "VAULT_ADDR, '', VAULT_ADDR",
        "VAULT_TOKEN, '', VAULT_TOKEN",
        "VAULT_TOKEN, wrong, 403",
        "VAULT_ADDR, http://127.0.0.1:9, does not answer",
        "VAULT_ADDR, nonsense, no address",
        "VAULT_CACERT, /none.pem, VAULT_CACERT"
    })
    void whatIsWrongIsSaidInOneLine(String variable, String value, String said) {
        Map<String, String> environment =
                new HashMap<>(Map.of("VAULT_ADDR", VAULT.url().toString(), "VAULT_TOKEN", "also-wrong"));
        environment.put(variable, value);
        String message = String.valueOf(
                assertThrows(Refusal.class, () -> run(environment)).getMessage());
        assertTrue(message.contains(said), message);
        assertFalse(message.contains("\n"), message);
    }

    @ParameterizedTest
    @CsvSource({"--secret-ids x", "--jwt jwt", "--service-account a:b", "--transit-mount /x/", "--nonsense x"})
    void optionsThatDoNotFitAreRefused(String options) {
        assertThrows(
                Refusal.class,
                () -> run(Map.of("VAULT_ADDR", "http://127.0.0.1:9", "VAULT_TOKEN", "t"), options.split(" ", -1)));
    }

    private static void run(Map<String, String> environment, String... arguments) {
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, java.nio.charset.StandardCharsets.UTF_8);
        VaultSetup.run(new Arguments(List.of(arguments)), environment, new Console(nowhere, nowhere));
    }
}
