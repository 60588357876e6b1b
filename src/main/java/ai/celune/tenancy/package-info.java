/**
 * Binds every database transaction to the workspace, the person or the platform it speaks for.
 *
 * <p>Row-level security in PostgreSQL reads the bound values; the ORM restriction of {@link ai.celune.tenancy.WorkspaceOwned} adds the same
 * predicate in front of it. A transaction that nobody bound sees nothing.
 */
@NullMarked
package ai.celune.tenancy;

import org.jspecify.annotations.NullMarked;
