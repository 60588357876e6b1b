/**
 * The life of a workspace's encryption key (R13): rotated by schedule and on demand, whereupon everything that it sealed is brought under the newest version, and
 * older versions open nothing any more once that is verified.
 *
 * <p>What is sealed is told by the features that own it ({@link ai.celune.crypto.SealedColumn}). Owns encryption_key.
 */
@NullMarked
package ai.celune.encryptionkey;

import org.jspecify.annotations.NullMarked;
