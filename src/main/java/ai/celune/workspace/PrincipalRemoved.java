package ai.celune.workspace;

import java.util.UUID;

/** A person or service account has left the transaction's workspace; who keeps something for it hears so in the same transaction. */
public record PrincipalRemoved(UUID id) {}
