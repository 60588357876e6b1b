/**
 * The audit log as its readers see it: items, filters, pages, for a workspace and for operators. Writing is the business of {@link ai.celune.audit};
 * reading is an event, too.
 */
@NullMarked
package ai.celune.auditlog;

import org.jspecify.annotations.NullMarked;
