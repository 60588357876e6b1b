/**
 * The move of a running installation from the keyring of one machine to Vault (R13). A dry run opens what the keyring has sealed and changes nothing; a move rotates the key
 * of each workspace into Vault, whereupon everything follows as after any rotation ({@code ai.celune.encryptionkey}), and then looks for what is left.
 *
 * <p>A run is a row, and each of its steps a transaction, so any replica goes on where another one stopped. Owns keyring_move and keyring_move_find.
 */
@NullMarked
package ai.celune.keyringmove;

import org.jspecify.annotations.NullMarked;
