package ai.celune.apikey;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** API keys of this installation. */
@ConfigMapping(prefix = "celune.api-key")
public interface ApiKeyConfig {
    /** Word in each key that says where it belongs: live, test or local. */
    @WithDefault("live")
    String environment();

    /** How long before its end the log warns of a key. */
    @WithDefault("7d")
    Duration expiryWarning();
}
