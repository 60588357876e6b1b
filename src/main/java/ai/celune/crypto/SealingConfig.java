package ai.celune.crypto;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Which store seals. */
@ConfigMapping(prefix = "celune.crypto")
public interface SealingConfig {
    /** While both the keyring and Vault are configured, which is for a move from one to the other: `keyring` or `vault`. Both open. */
    Optional<Store> sealBy();
}
