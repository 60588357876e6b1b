package ai.celune.apikey;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a key gives way to its successor.
 *
 * @param overlapUntil until when the old key goes on beside the new one, at most {@link ApiKeyIssuer#LONGEST_OVERLAP}; it is revoked at once unless told
 * @param expiresAt of the new key, as when one is created
 */
record RotateApiKey(
        @Nullable Instant overlapUntil, @Nullable Instant expiresAt) {}
