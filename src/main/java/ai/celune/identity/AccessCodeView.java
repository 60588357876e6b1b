package ai.celune.identity;

import ai.celune.idempotency.Replayable;
import com.fasterxml.jackson.annotation.JsonInclude;
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
    record Issued(
            UUID id,
            @Nullable String code,
            Instant expiresAt,

            @Nullable @JsonInclude(JsonInclude.Include.NON_NULL)
            Boolean secretUnavailable)
            implements Replayable {
        Issued(UUID id, String code, Instant expiresAt) {
            this(id, code, expiresAt, null);
        }

        @Override
        public Object withoutSecret() {
            return new Issued(id, null, expiresAt, true);
        }

        @Override
        public String toString() {
            return "Issued[" + id + "]";
        }
    }
}
