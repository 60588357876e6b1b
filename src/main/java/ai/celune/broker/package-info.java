/**
 * Lets callers use a stored provider key without seeing it: what is forwarded, where it may go, and what must not come back.
 *
 * <p>A destination is decided from our own catalogue or a checked base URL, never from what the caller's path suggests; every address is checked
 * before it is dialled; and the injected value is removed from whatever the provider answers. Features that call somebody with a stored
 * secret of theirs do it through {@link ai.celune.broker.OwnCalls}.
 */
@NullMarked
package ai.celune.broker;

import org.jspecify.annotations.NullMarked;
