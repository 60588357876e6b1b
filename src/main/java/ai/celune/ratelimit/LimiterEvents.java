package ai.celune.ratelimit;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;

/** Outages of the shared log, for the operators: one event at the begin and one at the end, from each replica that notices (R78). */
@RegisterForReflection
interface LimiterEvents {
    /** From now on so many replicas share the limits. */
    @Event(value = "limiter.degraded", target = "replica", outcome = Outcome.FAILED)
    record Degraded(UUID target, String reason, int replicas) implements AuditEvent {}

    @Event(value = "limiter.restored", target = "replica")
    record Restored(UUID target) implements AuditEvent {}
}
