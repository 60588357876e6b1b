/**
 * The end of a workspace whose deletion nobody took back (R13, R15): its key is destroyed, that nothing opens any more is proved by trying, and its rows go. What stays
 * is a record for the operators, and the workspace's audit log, whose personal values nobody can open.
 *
 * <p>Each step is a transaction that can be repeated, so any replica goes on where another one stopped. Owns shred_record.
 */
@NullMarked
package ai.celune.shredding;

import org.jspecify.annotations.NullMarked;
