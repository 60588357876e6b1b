package ai.celune.security;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Fired in the transaction that ends a right to something; who holds something open by that right closes it once the transaction has committed (R28).
 *
 * @param id of an API key, of a session, of a provider key, or of a person or service account all of whose credentials are meant
 * @param workspaceId the only workspace where it ends; null for everywhere
 */
public record CredentialEnded(UUID id, @Nullable UUID workspaceId) {
    public static CredentialEnded everywhere(UUID id) {
        return new CredentialEnded(id, null);
    }

    /** A person goes on in other workspaces. */
    public static CredentialEnded inWorkspace(UUID workspaceId, UUID id) {
        return new CredentialEnded(id, workspaceId);
    }
}
