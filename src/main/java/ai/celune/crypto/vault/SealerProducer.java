package ai.celune.crypto.vault;

import ai.celune.crypto.Keyring;
import ai.celune.crypto.KeyringConfig;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Shutdown;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Offers the sealer that is configured: Vault, on one machine the keyring, or both during a move. */
@ApplicationScoped
class SealerProducer {
    private volatile @Nullable Vault vault;

    @Produces
    @Singleton
    VaultState state(Clock clock) {
        return new VaultState(clock);
    }

    @Produces
    @ApplicationScoped
    Sealer sealer(
            Stores stores,
            VaultConfig config,
            KeyringConfig keyring,
            VaultState state,
            MeterRegistry metrics,
            SecureRandom random,
            Clock clock) {
        if (!stores.opens(Store.vault)) {
            return new Keyring(keyring.file().orElseThrow(), random);
        }
        Vault made = new Vault(config, wire -> new ResilientTransport(wire, metrics, state), metrics, clock);
        vault = made;
        return stores.opens(Store.keyring)
                ? new MovingSealer(new Keyring(keyring.file().orElseThrow(), random), made.sealer(), stores.sealing())
                : made.sealer();
    }

    @Shutdown
    void close() throws IOException {
        Vault open = vault;
        if (open != null) {
            open.close();
        }
    }
}
