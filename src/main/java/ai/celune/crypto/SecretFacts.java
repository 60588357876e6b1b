package ai.celune.crypto;

import org.jspecify.annotations.Nullable;

/**
 * What may be shown of a secret.
 *
 * @param last4 its last four characters; null for values shorter than 12
 * @param fingerprint HMAC-SHA-256 under the workspace's own key, in hex
 */
public record SecretFacts(@Nullable String last4, String fingerprint) {}
