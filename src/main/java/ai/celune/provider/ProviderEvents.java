package ai.celune.provider;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/** What operators decide about providers, as events of the operator log (R54, R73). */
@RegisterForReflection
interface ProviderEvents {
    @Event(value = "provider.approved", target = "provider")
    record Approved(String target, Instant until) implements AuditEvent {}

    /** The uses that rest on it name {@code registry:<version>}. */
    @Event(value = "provider.policy_recorded", target = "provider")
    record PolicyRecorded(
            String target,
            int version,
            boolean trains,
            int retentionDays,
            String region,
            String evidence,
            Instant until)
            implements AuditEvent {}
}
