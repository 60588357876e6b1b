package ai.celune.crypto;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.security.SecureRandom;

/** Offers the keyring as the sealer. */
@ApplicationScoped
class KeyringProducer {
    @Produces
    @ApplicationScoped
    Sealer sealer(KeyringConfig config) {
        return new Keyring(
                config.file()
                        .orElseThrow(() ->
                                new IllegalStateException("celune.keyring.file is not set: secrets cannot be sealed")),
                new SecureRandom());
    }
}
