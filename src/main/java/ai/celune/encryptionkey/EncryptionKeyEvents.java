package ai.celune.encryptionkey;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;

/** Life of a workspace's key as audit events (R31). */
@RegisterForReflection
interface EncryptionKeyEvents {
    @Event(value = "encryption_key.rotated", target = "workspace")
    record Rotated(UUID target, int versionBefore, int version) implements AuditEvent {}

    @Event(value = "encryption_key.rewrap_started", target = "workspace")
    record RewrapStarted(UUID target, int version, int total) implements AuditEvent {}

    /** {@code lowestVersion} is what still opens: the newest, unless some values failed. */
    @Event(value = "encryption_key.rewrap_ended", target = "workspace")
    record RewrapEnded(UUID target, int version, int lowestVersion, int done, int failed) implements AuditEvent {}
}
