package ai.celune.crypto.vault;

import ai.celune.crypto.Keyring;
import ai.celune.crypto.KeyringConfig;
import ai.celune.crypto.Sealer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Shutdown;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Offers the sealer that is configured: Vault, or on one machine the keyring. */
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
            VaultConfig config,
            KeyringConfig keyring,
            VaultState state,
            MeterRegistry metrics,
            SecureRandom random,
            Clock clock) {
        if (config.url().isPresent() == keyring.file().isPresent()) {
            throw new IllegalStateException(
                    "one of celune.vault.url and celune.keyring.file must be set, and not both");
        }
        if (keyring.file().isPresent()) {
            return new Keyring(keyring.file().get(), random);
        }
        Vault made = new Vault(config, wire -> new ResilientTransport(wire, metrics, state), metrics, clock);
        vault = made;
        return made.sealer();
    }

    @Shutdown
    void close() throws IOException {
        Vault open = vault;
        if (open != null) {
            open.close();
        }
    }
}
