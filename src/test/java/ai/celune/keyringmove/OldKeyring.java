package ai.celune.keyringmove;

import ai.celune.crypto.Keyring;
import ai.celune.support.TestVault;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/** What configures a replica that seals by a real Vault and still reads the keyring of before. */
public final class OldKeyring implements QuarkusTestResourceLifecycleManager {
    private static Path file = Path.of("");

    @Override
    public Map<String, String> start() {
        try {
            file = Files.createTempDirectory("celune-keyring").resolve("keyring.json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Not to be made by the service: beside Vault it must be there.
        var _ = keyring();
        Map<String, String> properties = new HashMap<>(TestVault.running().properties());
        properties.put("celune.keyring.file", file.toString());
        properties.put("celune.crypto.seal-by", "vault");
        return properties;
    }

    /** The file as another process has it. */
    static Keyring keyring() {
        return new Keyring(file, new SecureRandom());
    }

    /** After the database, which brings a keyring of its own. */
    @Override
    public int order() {
        return 10;
    }

    @Override
    public void stop() {}
}
