/**
 * Secrets of AI providers: sealed when they arrive, opened only inside the broker call that uses them, never shown again.
 *
 * <p>The catalogue says where each provider lives and where its credential stands; a key keeps what it was created with. Owns
 * provider_key.
 */
@NullMarked
package ai.celune.providerkey;

import org.jspecify.annotations.NullMarked;
