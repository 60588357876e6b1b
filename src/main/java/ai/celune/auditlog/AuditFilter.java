package ai.celune.auditlog;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which entries to list; what is null does not filter.
 *
 * @param action a prefix of the action's name
 * @param from recorded at or after
 * @param to recorded before
 */
record AuditFilter(
        @Nullable UUID actor,
        @Nullable String action,
        @Nullable String target,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String outcome) {}
