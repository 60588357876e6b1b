/**
 * The audit log: what happened, by whom, with which credential, written with the change it describes or not at all (G3, R29).
 *
 * <p>An event is a record annotated with {@link ai.celune.audit.Event}; its components are the only details an entry can carry. Business
 * changes use {@link ai.celune.audit.AuditLog}, in their own transaction; refusals and hot events without a change of their own use
 * {@link ai.celune.audit.AuditQueue}, which answers after its group commit. An action in two entries is open
 * between them ({@link ai.celune.audit.OpenActions}), and ends in any case ({@link ai.celune.audit.UnknownEnds}). Knows nothing of requests and resources; readers are served by {@code auditlog}. Owns audit_event, audit_pending, audit_open, audit_opening.
 */
@NullMarked
package ai.celune.audit;

import org.jspecify.annotations.NullMarked;
