/**
 * The command that prepares a Vault for Celune: mounts, policies, roles. It asks for an operator's token, says what it would change, and changes only what is not
 * as wanted, so that it can be run again at each upgrade.
 */
@NullMarked
package ai.celune.vaultsetup;

import org.jspecify.annotations.NullMarked;
