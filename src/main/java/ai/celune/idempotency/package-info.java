/**
 * POSTs that clients may repeat (G6): the effect and the first answer commit together, and a repetition gets that answer.
 * Where the effect is outside the database, that it began is committed first.
 *
 * <p>Owns idempotency_record. The interceptor owns the transaction of the methods it guards.
 */
@NullMarked
package ai.celune.idempotency;

import org.jspecify.annotations.NullMarked;
