package ai.celune.providerkey;

import ai.celune.provider.Attestation;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A provider key as its workspace sees it: everything but the value.
 *
 * @param version of the value, 1 for the first
 * @param quarantined the stored value failed its integrity check; replace it
 * @param attestation what the workspace itself says of the provider; null for nothing
 * @param rules what it may be used for
 */
record ProviderKeyView(
        UUID id,
        String provider,
        String name,
        String baseUrl,
        @Nullable String last4,
        String fingerprint,
        int version,
        boolean quarantined,
        @Nullable Attestation attestation,
        KeyRules rules,
        Instant createdAt,
        Instant updatedAt) {}
