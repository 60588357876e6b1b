package ai.celune.tenancy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many of each a workspace may have; one more is 409 {@code quota_exceeded}. */
@ConfigMapping(prefix = "celune.quota")
public interface QuotaConfig {
    /** Live API keys of a workspace. */
    @WithDefault("1000")
    int apiKeys();

    /** Provider keys of a workspace. */
    @WithDefault("1000")
    int providerKeys();

    /** Members of a workspace, service accounts and open invitations included. */
    @WithDefault("1000")
    int members();

    /** Roles that a workspace defines itself. */
    @WithDefault("100")
    int roles();

    /** Slack connections of a workspace. */
    @WithDefault("100")
    int slackConnections();
}
