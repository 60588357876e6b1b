package ai.celune.slack;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** Where credentials go: never where their value says. */
@ApplicationScoped
@Startup // What is wrong with it stops the process, and not the first message.
class SlackOrigins {
    private final BaseUrl api;
    private final BaseUrl webhooks;

    /** @throws IllegalStateException for an origin that nothing may be sent to */
    SlackOrigins(SlackConfig config, AddressGuard guard) {
        api = parse("celune.slack.api-url", config.apiUrl(), guard);
        webhooks = parse("celune.slack.webhook-url", config.webhookUrl(), guard);
    }

    private static BaseUrl parse(String property, String url, AddressGuard guard) {
        try {
            return BaseUrl.parse(url, guard);
        } catch (RefusedDestinationException e) {
            throw new IllegalStateException(property + ": " + e.getMessage(), e);
        }
    }

    BaseUrl of(SlackType type) {
        return type == SlackType.BOT ? api : webhooks;
    }
}
