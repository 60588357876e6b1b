/**
 * The secret store of production: HashiCorp Vault's transit engine, by the calls that OpenBao has as well (OpenBao is untried).
 *
 * <p>Two identities of their own, so that neither can do the other's work: the runtime seals and opens, the key worker makes, rotates and destroys keys. Every
 * request goes through one bounded pool with a deadline, a breaker and at most one safe repetition; what Vault cannot answer is a {@link
 * ai.celune.crypto.SecretStoreUnavailableException} and nothing else.
 */
@NullMarked
package ai.celune.crypto.vault;

import org.jspecify.annotations.NullMarked;
