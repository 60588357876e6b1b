package ai.celune.usage;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Uses summed up. What they were not grouped by is null, and so is what is not known.
 *
 * @param day in UTC, as {@code 2026-03-04}
 * @param requests uses that have ended
 * @param unknownEnds of them, those that nobody knows more of than that they began: nothing else here counts them
 * @param lowerBounds of them, those that were broken off: the provider may have counted more tokens
 * @param durationMillis sum over the others than the unknown ends
 */
record UsageItem(
        @Nullable String day,
        @Nullable UUID providerKeyId,
        @Nullable UUID principalId,
        @Nullable UUID credentialId,
        @Nullable String model,
        long requests,
        long inputTokens,
        long outputTokens,
        long bytesIn,
        long bytesOut,
        long durationMillis,
        long lowerBounds,
        long unknownEnds) {}
