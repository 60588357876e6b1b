package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a key allows, apart from its secret; a rotated key is made from that of the key before.
 *
 * @param userId whose key it is; null for a key of a service account
 * @param serviceAccountId whose key it is; null for a key of a person
 * @param scopes permissions it has at most, sorted
 * @param bindings provider keys and Slack connections it may use, sorted
 * @param allowedAddresses blocks that calls may come from; empty for anywhere
 * @param limits below what any key has
 * @param workload whose token stands for the key; null for a key with a value
 * @param expiresAt null for never
 * @param replaces the key before; null for a first one
 */
record ApiKeyGrant(
        @Nullable UUID userId,
        @Nullable UUID serviceAccountId,
        String name,
        List<String> scopes,
        List<UUID> bindings,
        List<String> allowedAddresses,
        KeyLimits limits,
        @Nullable Workload workload,
        @Nullable Instant expiresAt,
        @Nullable UUID replaces) {}
