package ai.celune.slack;

import org.jspecify.annotations.Nullable;

/**
 * Whether a request is Slack's.
 *
 * @param reason why not: {@code signature}, {@code stale} or {@code replayed}
 */
record InboundVerdict(boolean valid, @Nullable String reason) {}
