/**
 * Seals secrets so that a stored value is useless outside its own row, and opens them for the moment of use.
 *
 * <p>A sealed value is tied to its workspace, record, kind and value version by {@link ai.celune.crypto.Binding}; moving it anywhere else makes it
 * unreadable. Each workspace has its own keys, and shredding a workspace destroys them for good. Plaintext travels as
 * {@link ai.celune.crypto.Secret}, which cannot be printed or serialized. Owns fingerprint_key, besides the
 * keys of workspaces.
 */
@NullMarked
package ai.celune.crypto;

import org.jspecify.annotations.NullMarked;
