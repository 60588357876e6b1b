package ai.celune.workspace;

import ai.celune.idempotency.Replayable;
import java.time.Instant;
import java.util.UUID;

/** A new invitation, with the code this one time. */
record InvitationView(UUID id, String code, Instant expiresAt) implements Replayable {
    @Override
    public Object withoutSecret() {
        return new Replayed(id, null, true, expiresAt);
    }

    @Override
    public String toString() {
        return "InvitationView[" + id + "]";
    }

    /** What a repeated request gets. */
    record Replayed(
            UUID id, @org.jspecify.annotations.Nullable String code, boolean secretUnavailable, Instant expiresAt) {}
}
