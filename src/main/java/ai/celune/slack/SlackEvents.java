package ai.celune.slack;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life and use of Slack connections as audit events (R14, R31). */
@RegisterForReflection
interface SlackEvents {
    @Event(value = "slack_connection.created", target = "slack_connection")
    record Created(UUID target, String type, @Nullable String teamId, String fingerprint, boolean signed)
            implements AuditEvent {}

    @Event(value = "slack_connection.value_replaced", target = "slack_connection")
    record ValueReplaced(
            UUID target, int valueVersion, @Nullable String teamId, String fingerprintBefore, String fingerprintAfter)
            implements AuditEvent {}

    @Event(value = "slack_connection.signing_secret_replaced", target = "slack_connection")
    record SigningSecretReplaced(UUID target, int signingVersion) implements AuditEvent {}

    /** It is gone here; whether a bot's token is gone at Slack tells {@link TokenRevoked}. */
    @Event(value = "slack_connection.deleted", target = "slack_connection")
    record Deleted(UUID target, String type) implements AuditEvent {}

    /** Slack was asked to revoke the token of a deleted connection; unless it confirmed that, somebody has to do it there. */
    @Event(value = "slack_connection.token_revoked", target = "slack_connection")
    record TokenRevoked(
            UUID target, Outcome outcome, @Nullable String cause) implements AuditEvent {}

    /** Last characters and fingerprints were shown, which are Confidential (R33). */
    @Event(value = "data.read", target = "collection")
    record ConnectionsRead(String target, int count) implements AuditEvent {}

    /** As {@link ConnectionsRead}, of one. */
    @Event(value = "data.read", target = "slack_connection")
    record ConnectionRead(UUID target) implements AuditEvent {}

    /** Committed before the first byte leaves; {@code use} names this use, {@code method} is Slack's, or {@code webhook}. */
    @Event(value = "slack_connection.used", target = "slack_connection")
    record Used(UUID target, UUID use, int valueVersion, String method, String host) implements AuditEvent {}

    /** How a use ended; {@code cause} says why when it did not end well. What is not known is null. */
    @Event(value = "slack_connection.use_completed", target = "slack_connection")
    record UseCompleted(
            UUID target,
            UUID use,
            Outcome outcome,
            @Nullable Integer status,
            @Nullable String cause,
            @Nullable Long bytesIn,
            @Nullable Long bytesOut,
            @Nullable Long durationMillis)
            implements AuditEvent {}

    /** Slack was asked whether the token is valid; null when its answer told nothing. */
    @Event(value = "slack_connection.checked", target = "slack_connection")
    record Checked(
            UUID target, @Nullable Boolean valid, @Nullable String error) implements AuditEvent {}

    /** Somebody asked whether a request is Slack's; {@code reason} says why it is not. */
    @Event(value = "slack_connection.inbound_verified", target = "slack_connection")
    record InboundVerified(
            UUID target, Outcome outcome, @Nullable String reason) implements AuditEvent {}

    /** A sealed value failed its integrity check; the connection is out of use. */
    @Event(value = "secret.integrity_failed", target = "slack_connection", outcome = Outcome.FAILED)
    record IntegrityFailed(UUID target, String kind, int valueVersion) implements AuditEvent {}
}
