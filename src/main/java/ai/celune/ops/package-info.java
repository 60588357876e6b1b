/**
 * Running Celune: what must hold before it starts, what its health says, and who may read its metrics.
 */
@NullMarked
package ai.celune.ops;

import org.jspecify.annotations.NullMarked;
