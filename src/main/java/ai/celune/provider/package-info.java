/**
 * The providers that there are, as data: where each lives, where its credential stands, which paths are of its API, how a key is checked, what a
 * call cost.
 */
@NullMarked
package ai.celune.provider;

import org.jspecify.annotations.NullMarked;
