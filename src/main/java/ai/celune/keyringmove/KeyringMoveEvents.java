package ai.celune.keyringmove;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;

/** Moves and dry runs as events of the operator log (R31). Each workspace's own log tells of the rotation of its key. */
@RegisterForReflection
interface KeyringMoveEvents {
    @Event(value = "keyring_move.started", target = "keyring_move")
    record Started(UUID target, boolean dryRun) implements AuditEvent {}

    /** {@code found} is what the keyring has sealed at the end, {@code failed} how much of that does not open. */
    @Event(value = "keyring_move.ended", target = "keyring_move")
    record Ended(UUID target, boolean dryRun, MoveState state, long found, long failed) implements AuditEvent {}
}
