package ai.celune.apikey;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Personal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life and activity of API keys as audit events (R27, R31). */
@RegisterForReflection
interface ApiKeyEvents {
    @Event(value = "api_key.created", target = "api_key")
    record Created(
            UUID target,
            @Nullable String prefix,
            @Nullable String workloadIssuer,
            @Nullable String workloadSubject,
            UUID principal,
            List<String> scopes,
            List<UUID> bindings,
            List<String> allowedAddresses,
            @Nullable Integer readPerMinute,
            @Nullable Integer writePerMinute,
            @Nullable Integer brokerPerMinute,
            @Nullable Instant expiresAt)
            implements AuditEvent {
        static Created of(ApiKeyView key, UUID principal) {
            return new Created(
                    key.id(),
                    key.prefix(),
                    key.workload() == null ? null : key.workload().issuer(),
                    key.workload() == null ? null : key.workload().subject(),
                    principal,
                    key.scopes(),
                    key.bindings(),
                    key.allowedAddresses(),
                    key.limits().read(),
                    key.limits().write(),
                    key.limits().broker(),
                    key.expiresAt());
        }
    }

    @Event(value = "api_key.renamed", target = "api_key")
    record Renamed(UUID target) implements AuditEvent {}

    @Event(value = "api_key.addresses_changed", target = "api_key")
    record AddressesChanged(UUID target, List<String> allowedAddresses) implements AuditEvent {}

    /**
     * A key got a successor.
     *
     * @param overlapUntil until when both work; null when the old one is revoked with it
     */
    @Event(value = "api_key.rotated", target = "api_key")
    record Rotated(UUID target, UUID successor, @Nullable Instant overlapUntil) implements AuditEvent {}

    @Event(value = "api_key.handed_over", target = "api_key")
    record HandedOver(UUID target, UUID from, UUID to) implements AuditEvent {}

    /** Once for each end of a key, {@code celune.api-key.expiry-warning} before it. */
    @Event(value = "api_key.expiring", target = "api_key")
    record Expiring(UUID target, @Nullable String prefix, Instant expiresAt) implements AuditEvent {}

    @Event(value = "api_key.revoked", target = "api_key")
    record Revoked(UUID target, @Nullable String prefix) implements AuditEvent {}

    /**
     * Authenticated calls of one key within a minute.
     *
     * @param lowerBound whether there were more, told of in another entry, or untold because the process that counted them went down with its last second
     * @param addresses where they came from, see {@link KeyCount}; null when nobody knows any more
     */
    @Event(value = "api_key.usage_counted", target = "api_key")
    record UsageCounted(
            UUID target,
            long count,
            Instant first,
            Instant last,
            boolean lowerBound,
            @Personal @Nullable List<String> addresses)
            implements AuditEvent {}
}
