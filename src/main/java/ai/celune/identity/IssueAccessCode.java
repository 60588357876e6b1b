package ai.celune.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** @param expiresAt seven days from now unless told */
record IssueAccessCode(@Nullable Instant expiresAt) {}
