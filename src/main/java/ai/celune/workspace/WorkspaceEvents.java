package ai.celune.workspace;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Personal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Workspaces, people and settings as audit events (R32, R33, R35). */
@RegisterForReflection
interface WorkspaceEvents {
    @Event(value = "workspace.created", target = "workspace")
    record Created(UUID target) implements AuditEvent {}

    @Event(value = "workspace.selected", target = "workspace")
    record Selected(UUID target) implements AuditEvent {}

    /** {@code deletesAt}: until then an owner can take it back. */
    @Event(value = "workspace.deletion_requested", target = "workspace")
    record DeletionRequested(UUID target, Instant deletesAt) implements AuditEvent {}

    @Event(value = "workspace.restored", target = "workspace")
    record Restored(UUID target) implements AuditEvent {}

    @Event(value = "member.invited", target = "invitation")
    record Invited(
            UUID target,
            String role,
            Instant expiresAt,
            @Personal String email) implements AuditEvent {}

    @Event(value = "member.joined", target = "user")
    record Joined(UUID target, String role, UUID invitation) implements AuditEvent {}

    /** By the claims of the provider at which the person signed in for the first time. */
    @Event(value = "member.joined", target = "user")
    record Provisioned(UUID target, String role, String provider) implements AuditEvent {}

    @Event(value = "member.role_changed", target = "user")
    record RoleChanged(UUID target, String before, String after) implements AuditEvent {}

    @Event(value = "member.removed", target = "user")
    record Removed(UUID target, String role) implements AuditEvent {}

    @Event(value = "service_account.created", target = "service_account")
    record ServiceAccountCreated(UUID target, String role) implements AuditEvent {}

    @Event(value = "service_account.removed", target = "service_account")
    record ServiceAccountRemoved(UUID target) implements AuditEvent {}

    @Event(value = "workspace.ownership_transferred", target = "user")
    record OwnershipTransferred(UUID target, UUID formerOwner) implements AuditEvent {}

    @Event(value = "role.created", target = "role")
    record RoleCreated(UUID target, String name, List<String> permissions) implements AuditEvent {}

    @Event(value = "role.changed", target = "role")
    record RolePermissionsChanged(UUID target, String name, List<String> before, List<String> after)
            implements AuditEvent {}

    @Event(value = "role.deleted", target = "role")
    record RoleDeleted(UUID target, String name) implements AuditEvent {}

    @Event(value = "settings.changed", target = "workspace")
    record SettingsChanged(
            UUID target,
            List<String> fields,
            @Nullable Integer brokerPerMinuteBefore,
            @Nullable Integer brokerPerMinuteAfter,
            @Nullable Integer apiKeyMaxDaysBefore,
            @Nullable Integer apiKeyMaxDaysAfter)
            implements AuditEvent {}

    @Event(value = "data.read", target = "collection")
    record MembersRead(String target, int count) implements AuditEvent {}
}
