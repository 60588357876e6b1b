package ai.celune.slack;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What Slack said of a bot's token.
 *
 * @param valid null when its answer tells nothing of the token
 * @param error by Slack's name for it; null when there is none
 */
record SlackCheckView(@Nullable Boolean valid, @Nullable String error, Instant checkedAt) {}
