package ai.celune.audit;

import org.jspecify.annotations.Nullable;

/**
 * One fact for the audit log: a record annotated with {@link Event}. Components other than the ones named here are the entry's details;
 * they hold ids, codes, counts and field names, never a secret and never free text (R33). Read by reflection, so it or the type around it
 * is registered for that.
 */
public interface AuditEvent {
    /** Id of what the fact is about; null where there is no single thing. */
    @Nullable
    Object target();

    /** A stable code that says why; null where the outcome needs no reason. */
    default @Nullable String reason() {
        return null;
    }
}
