package ai.celune.identity;

import java.util.UUID;

/**
 * A person has signed in for the first time, and the provider's claims give a role in the transaction's workspace; observed in the same transaction by the
 * package that makes members.
 */
public record MemberProvisioned(UUID workspaceId, UUID userId, String role, String provider) {}
