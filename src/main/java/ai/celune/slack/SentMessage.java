package ai.celune.slack;

import org.jspecify.annotations.Nullable;

/**
 * What Slack says of a message that it took.
 *
 * @param channel its id; null from a webhook, which tells nothing
 * @param ts names the message in its channel; null from a webhook
 */
record SentMessage(@Nullable String channel, @Nullable String ts) {}
