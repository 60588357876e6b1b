package ai.celune.security;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Fired in the transaction that ends a right to something, at once or at a time to come; who holds something open by that right closes it once the
 * transaction has committed and the time has come (R28).
 *
 * @param id of an API key, of a session, of a provider key or Slack connection, of a workspace, or of a person or service account all of whose credentials are meant
 * @param workspaceId the only workspace where it ends; null for everywhere
 * @param at when it ends; null for at once
 */
public record CredentialEnded(
        UUID id, @Nullable UUID workspaceId, @Nullable Instant at) {
    public static CredentialEnded everywhere(UUID id) {
        return new CredentialEnded(id, null, null);
    }

    public static CredentialEnded everywhere(UUID id, Instant at) {
        return new CredentialEnded(id, null, at);
    }

    /** A person goes on in other workspaces. */
    public static CredentialEnded inWorkspace(UUID workspaceId, UUID id) {
        return new CredentialEnded(id, workspaceId, null);
    }
}
