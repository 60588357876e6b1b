package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as its workspace sees it.
 *
 * @param prefix of its value; null for a key of a workload, which has none
 * @param bindings provider keys and Slack connections it may use
 * @param allowedAddresses blocks that calls may come from; empty for anywhere
 * @param limits its own; null where it has those of any key
 * @param workload whose token stands for the key; null for a key with a value
 * @param replaces the key that this one was made for in a rotation
 * @param useCount successful calls, at most a second old
 */
record ApiKeyView(
        UUID id,
        String name,
        @Nullable String prefix,
        List<String> scopes,
        List<UUID> bindings,
        List<String> allowedAddresses,
        KeyLimits limits,
        @Nullable Workload workload,
        @Nullable UUID replaces,
        @Nullable UUID userId,
        @Nullable UUID serviceAccountId,
        UUID createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt,
        long useCount) {}
