/**
 * Limits how often a caller may call (R74–R78), exactly: in no rolling window of the stated length are there more admitted calls than the limit says.
 *
 * <p>A refused call burns nothing and does not lengthen the wait, and the announced wait is true.
 *
 * <p>{@link ai.celune.ratelimit.SlidingLog} counts in this process; {@link ai.celune.ratelimit.SharedLog} over all replicas, in Valkey, with the other to
 * fall back on.
 */
@NullMarked
package ai.celune.ratelimit;

import org.jspecify.annotations.NullMarked;
