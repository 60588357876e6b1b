/**
 * The providers that there are, as data: where each lives, where its credential stands, which paths are of its API, how a key is checked, what a
 * call cost. And whether workspaces may use them: what the operator has decided, and the gate that asks before a key is opened. Owns provider_clearance.
 */
@NullMarked
package ai.celune.provider;

import org.jspecify.annotations.NullMarked;
