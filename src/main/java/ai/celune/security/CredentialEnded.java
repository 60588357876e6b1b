package ai.celune.security;

import java.util.UUID;

/**
 * Fired in the transaction that ends a credential; who holds something open for it closes that once the transaction has committed (R28).
 *
 * @param id of an API key, of a session, or of a person or service account all of whose credentials end
 */
public record CredentialEnded(UUID id) {}
