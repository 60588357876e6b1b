package ai.celune.workspace;

import org.jspecify.annotations.Nullable;

/**
 * Settings of a workspace.
 *
 * @param brokerPerMinute broker calls per minute and credential; null for the platform's default
 * @param apiKeyMaxDays longest life of a new API key in days; null for no bound
 */
record SettingsView(
        String name,
        @Nullable Integer brokerPerMinute,
        @Nullable Integer apiKeyMaxDays) {
    static SettingsView of(Workspace workspace) {
        return new SettingsView(workspace.name(), workspace.brokerPerMinute(), workspace.apiKeyMaxDays());
    }
}
