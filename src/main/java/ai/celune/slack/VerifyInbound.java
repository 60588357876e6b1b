package ai.celune.slack;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * A request that may be Slack's.
 *
 * @param timestamp as in {@code X-Slack-Request-Timestamp}
 * @param signature as in {@code X-Slack-Signature}
 * @param body the raw body, before anybody parsed it
 */
record VerifyInbound(
        @NotNull @Size(max = 32) String timestamp,
        @NotNull @Size(max = 128) String signature,
        @NotNull String body) {}
