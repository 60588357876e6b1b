/**
 * Workspaces, who belongs to them, and what each role may do.
 *
 * <p>The matrix of {@link ai.celune.workspace.RoleMatrix} is the only place that says which role has which permission. Nobody grants what
 * they do not hold, and a workspace always has an owner. Owns workspace, membership, service_account, invitation.
 */
@NullMarked
package ai.celune.workspace;

import org.jspecify.annotations.NullMarked;
