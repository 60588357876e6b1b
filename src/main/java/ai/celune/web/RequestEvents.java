package ai.celune.web;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/** Refusals as audit events; {@code count} is how many equal ones this event stands for. */
@RegisterForReflection
interface RequestEvents {
    @Event(value = "request.unauthenticated", target = "credential", outcome = Outcome.DENIED)
    record Unauthenticated(@Nullable String target, String reason, String method, String route, long count)
            implements AuditEvent {}

    @Event(value = "request.denied", target = "route", outcome = Outcome.DENIED)
    record Denied(String target, String reason, String method) implements AuditEvent {}

    @Event(value = "request.not_found", target = "route", outcome = Outcome.DENIED)
    record NotFound(String target, String reason, String method) implements AuditEvent {}

    @Event(value = "request.limited", target = "limit_class", outcome = Outcome.DENIED)
    record Limited(String target, String reason, String method, String route, long count) implements AuditEvent {}
}
