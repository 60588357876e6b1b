package ai.celune.workspace;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person or service account has left the transaction's workspace; who keeps something for it hears so in the same transaction.
 *
 * @param heir the service account that gets what would end otherwise; null for nobody
 */
public record PrincipalRemoved(UUID id, @Nullable UUID heir) {}
