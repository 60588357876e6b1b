package ai.celune.encryptionkey;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The workspace's encryption key.
 *
 * @param version seals
 * @param lowestVersion the oldest that still opens
 * @param rotatedAt null before the first rotation
 * @param rotatesAt when the schedule rotates it next; not before the re-wrapping is over
 * @param rewrap of what the versions before have sealed; null before the first rotation
 */
record EncryptionKeyView(
        int version,
        int lowestVersion,
        Instant createdAt,
        @Nullable Instant rotatedAt,
        Instant rotatesAt,
        @Nullable Rewrap rewrap) {
    /** @param failed values that do not authenticate; while there are any, older versions go on opening */
    record Rewrap(
            RewrapState state,
            int done,
            int total,
            int failed,
            Instant startedAt,
            @Nullable Instant finishedAt) {}
}
