/** Tests over the whole API and the whole code: they list everything and fail when something was forgotten. */
@NullMarked
package ai.celune.contract;

import org.jspecify.annotations.NullMarked;
