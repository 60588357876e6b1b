package ai.celune.identity;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import ai.celune.audit.Personal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Authentication events (R30). */
@RegisterForReflection
interface IdentityEvents {
    @Event(value = "user.signed_up", target = "user")
    record SignedUp(
            UUID target,
            boolean platformOperator,
            @Personal @Nullable String email) implements AuditEvent {}

    @Event(value = "session.created", target = "session")
    record SessionCreated(UUID target, String method) implements AuditEvent {}

    @Event(value = "session.reauthenticated", target = "session")
    record Reauthenticated(UUID target) implements AuditEvent {}

    @Event(value = "session.refused", target = "user", outcome = Outcome.DENIED)
    record SessionRefused(
            @Nullable UUID target, String reason, @Personal String email) implements AuditEvent {}

    @Event(value = "session.refreshed", target = "session")
    record SessionRefreshed(UUID target, int generation) implements AuditEvent {}

    @Event(value = "session.refresh_reused", target = "session", outcome = Outcome.DENIED)
    record RefreshReused(UUID target, int generation, int current) implements AuditEvent {}

    @Event(value = "session.ended", target = "session")
    record SessionEnded(UUID target, String reason) implements AuditEvent {}

    @Event(value = "session.ended", target = "user")
    record AllSessionsEnded(UUID target, String reason) implements AuditEvent {}

    @Event(value = "account.locked", target = "user", outcome = Outcome.DENIED)
    record Locked(
            @Nullable UUID target, int failures, @Personal String email) implements AuditEvent {}

    @Event(value = "user.password_changed", target = "user")
    record PasswordChanged(UUID target) implements AuditEvent {}

    @Event(value = "user.password_reset", target = "user")
    record PasswordReset(UUID target, String step) implements AuditEvent {}

    @Event(value = "user.email_verified", target = "user")
    record EmailVerified(UUID target) implements AuditEvent {}

    @Event(value = "user.identity_linked", target = "user")
    record IdentityLinked(
            UUID target, String issuer, @Personal String subject) implements AuditEvent {}

    @Event(value = "access_code.issued", target = "access_code")
    record CodeIssued(UUID target, Instant expiresAt) implements AuditEvent {}

    @Event(value = "access_code.used", target = "access_code")
    record CodeUsed(UUID target, @Nullable UUID issuedBy) implements AuditEvent {}

    @Event(value = "access_code.refused", target = "access_code", outcome = Outcome.DENIED)
    record CodeRefused(@Nullable UUID target, String reason) implements AuditEvent {}

    @Event(value = "access_code.revoked", target = "access_code")
    record CodeRevoked(UUID target) implements AuditEvent {}
}
