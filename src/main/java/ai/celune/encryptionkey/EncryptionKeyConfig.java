package ai.celune.encryptionkey;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Rotation of the workspaces' keys. */
@ConfigMapping(prefix = "celune.crypto")
public interface EncryptionKeyConfig {
    /** After how long a workspace's key is rotated by itself. */
    @WithDefault("90d")
    Duration rotateEvery();

    /** How often a replica looks for keys whose time has come; `off` for never. */
    @WithDefault("10m")
    String lookEvery();

    /** How often a replica re-wraps 100 values of each workspace whose key was rotated, not below a second; `off` for never. */
    @WithDefault("1s")
    String rewrapPace();
}
