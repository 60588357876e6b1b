package ai.celune.crypto.vault;

import ai.celune.crypto.Keyring;
import ai.celune.crypto.Store;
import ai.celune.support.TestVault;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;

/** A keyring and a real Vault beside it, and the replicas of an installation that moves from one to the other. */
final class BothStores implements AutoCloseable {
    private final Vault connection = VaultConnections.to(TestVault.running().properties());
    private final Keyring keyring;

    BothStores() throws IOException {
        keyring = new Keyring(Files.createTempDirectory("celune-keyring").resolve("keyring.json"), new SecureRandom());
    }

    Keyring keyring() {
        return keyring;
    }

    VaultSealer vault() {
        return connection.sealer();
    }

    MovingSealer sealingBy(Store store) {
        return new MovingSealer(keyring, vault(), store);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
