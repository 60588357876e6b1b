package ai.celune.shredding;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The destruction of a workspace as audit events: the beginning in its own log, what comes after in the operators'. */
@RegisterForReflection
interface ShredEvents {
    @Event(value = "workspace.shredding_started", target = "workspace")
    record Started(UUID target) implements AuditEvent {}

    @Event(value = "workspace.key_destroyed", target = "workspace")
    record KeyDestroyed(UUID target, int keyVersion) implements AuditEvent {}

    /** Opening something that the key had sealed was tried; {@code failure} is how the store refused. */
    @Event(value = "workspace.shred_proved", target = "workspace")
    record Proved(UUID target, String failure) implements AuditEvent {}

    @Event(value = "workspace.shredded", target = "workspace")
    record Finished(UUID target, long rowsDeleted, @Nullable Instant horizon) implements AuditEvent {}
}
