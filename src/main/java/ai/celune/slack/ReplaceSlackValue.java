package ai.celune.slack;

import ai.celune.crypto.Secret;
import org.jspecify.annotations.Nullable;

/** New values for a connection that stays itself; what is not told stays, too. */
record ReplaceSlackValue(
        @Nullable @SlackCredential Secret key,
        @Nullable @SlackSigningSecret Secret signingSecret) {}
