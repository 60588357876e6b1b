package ai.celune.identity;

import java.util.UUID;

/** A person has paid for a new workspace with an access code; observed in the same transaction by the package that makes it. */
public record WorkspaceFounded(UUID workspaceId, String name, UUID ownerId) {}
