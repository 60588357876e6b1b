package ai.celune.audit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One entry as it is read back from the bytes that were hashed.
 *
 * @param sequence index in the workspace's tree; null until sequenced
 */
@JsonIgnoreProperties({"v", "workspaceId"})
public record AuditEventView(
        UUID id,
        @Nullable Long sequence,
        Instant recordedAt,
        Instant occurredAt,
        String action,
        String outcome,
        @Nullable String reason,
        @Nullable Ref actor,
        @Nullable Ref credential,
        @Nullable Ref target,
        @Nullable String requestId,
        @Nullable String traceId,
        Map<String, Object> details) {
    /** A typed id; the id of a target need not be a UUID. */
    public record Ref(String type, String id) {}
}
