package ai.celune.slack;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A credential of Slack to keep.
 *
 * @param key a bot token, or the URL of an incoming webhook
 * @param signingSecret of a bot's app, to verify what comes from Slack
 */
record CreateSlackConnection(
        @NotBlank @Size(max = 100) String name,
        @NotNull @SlackCredential Secret key,
        @Nullable @SlackSigningSecret Secret signingSecret) {}
