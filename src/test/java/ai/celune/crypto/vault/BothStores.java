package ai.celune.crypto.vault;

import ai.celune.crypto.Keyring;
import ai.celune.crypto.Store;
import ai.celune.support.TestVault;
import io.quarkus.vault.client.common.VaultRequest;
import io.quarkus.vault.client.common.VaultRequestExecutor;
import io.quarkus.vault.client.common.VaultResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** A keyring and a real Vault beside it, and the replicas of an installation that moves from one to the other. */
final class BothStores implements AutoCloseable {
    private final Vault connection = VaultConnections.to(
            TestVault.running().properties(),
            wire -> new VaultRequestExecutor() {
                @Override
                public <T> CompletionStage<VaultResponse<T>> execute(VaultRequest<T> request) {
                    if (request.getOperation().equals("create key")) {
                        whileKeyIsMade.run();
                    }
                    return wire.execute(request);
                }
            },
            Clock.systemUTC());
    private final Keyring keyring;
    private volatile Runnable whileKeyIsMade = () -> {};

    BothStores() throws IOException {
        keyring = new Keyring(Files.createTempDirectory("celune-keyring").resolve("keyring.json"), new SecureRandom());
    }

    Keyring keyring() {
        return keyring;
    }

    VaultSealer vault() {
        return connection.sealer();
    }

    /** What another replica does just before Vault makes a key. */
    void whileKeyIsMade(Runnable work) {
        whileKeyIsMade = work;
    }

    MovingSealer sealingBy(Store store) {
        return new MovingSealer(keyring, vault(), store);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
