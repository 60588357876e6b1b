package ai.celune.workspace;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The end of workspaces. */
@ConfigMapping(prefix = "celune.workspace")
public interface WorkspaceConfig {
    /** How long an owner can take back the deletion of a workspace. */
    @WithDefault("7d")
    Duration deletionGrace();

    /** How often a replica looks for workspaces whose grace is over; `off` for never. */
    @WithDefault("1m")
    String shredEvery();
}
