package ai.celune.slack;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A Slack connection as its workspace sees it: everything but the values.
 *
 * @param type {@code bot} or {@code webhook}
 * @param version of the value, 1 for the first
 * @param signed whether it has a signing secret
 * @param quarantined a stored value failed its integrity check; replace it
 * @param teamId where Slack says the bot belongs, at the last check of a value; null for a webhook, as what follows
 * @param scopes what the bot may do there
 */
record SlackConnectionView(
        UUID id,
        String type,
        String name,
        @Nullable String last4,
        String fingerprint,
        int version,
        boolean signed,
        boolean quarantined,
        @Nullable String teamId,
        @Nullable String team,
        @Nullable String botUserId,
        List<String> scopes,
        Instant createdAt,
        Instant updatedAt) {}
