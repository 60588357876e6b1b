package ai.celune.audit;

import java.util.UUID;

/** How a kind of action ends of which nobody knows how it ended. */
public interface UnknownEnd {
    /** The action of its beginning, as the log names it. */
    String began();

    /**
     * The entry about such an end.
     *
     * @param action as {@link AuditLog#recordBeginning} named it
     */
    AuditEvent of(UUID target, UUID action);
}
