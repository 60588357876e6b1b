package ai.celune.workspace;

import ai.celune.idempotency.Replayable;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A new invitation, with the code this one time. */
record InvitationView(
        UUID id,
        @Nullable String code,
        Instant expiresAt,
        @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) Boolean secretUnavailable)
        implements Replayable {
    InvitationView(UUID id, String code, Instant expiresAt) {
        this(id, code, expiresAt, null);
    }

    @Override
    public Object withoutSecret() {
        return new InvitationView(id, null, expiresAt, true);
    }

    @Override
    public String toString() {
        return "InvitationView[" + id + "]";
    }
}
