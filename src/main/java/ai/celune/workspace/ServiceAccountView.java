package ai.celune.workspace;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A service account as its workspace sees it. */
record ServiceAccountView(
        UUID id,
        String name,
        String role,
        UUID createdBy,
        Instant createdAt,
        @Nullable Instant removedAt) {}
