package ai.celune.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An access code as operators see it, without the code. */
record AccessCodeView(
        UUID id,
        boolean bootstrap,
        @Nullable UUID issuedBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant usedAt,
        @Nullable UUID workspaceId,
        @Nullable Instant revokedAt) {

    /** The one time that the code is shown. */
    record Issued(UUID id, @Nullable String code, Instant expiresAt) implements ai.celune.idempotency.Replayable {
        @Override
        public Object withoutSecret() {
            return new Replayed(id, null, true, expiresAt);
        }

        @Override
        public String toString() {
            return "Issued[" + id + "]";
        }
    }

    /** What a repeated request gets. */
    record Replayed(UUID id, @Nullable String code, boolean secretUnavailable, Instant expiresAt) {}
}
