package ai.celune.crypto;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the keyring of a single machine lies. */
@ConfigMapping(prefix = "celune.keyring")
public interface KeyringConfig {
    /** The key file, made with mode 0600 when it does not exist. Whoever reads it can open every secret; whoever loses it has lost them all. */
    Optional<Path> file();
}
