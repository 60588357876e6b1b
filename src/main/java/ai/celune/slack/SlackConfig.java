package ai.celune.slack;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where Slack is. */
@ConfigMapping(prefix = "celune.slack")
interface SlackConfig {
    /** Origin of Slack's Web API; https, or http on loopback in development. */
    @WithDefault("https://slack.com")
    String apiUrl();

    /** Origin that messages of incoming webhooks are sent to, whose URLs are Slack's own in any case. */
    @WithDefault("https://hooks.slack.com")
    String webhookUrl();
}
