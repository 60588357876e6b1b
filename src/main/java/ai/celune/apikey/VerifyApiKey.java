package ai.celune.apikey;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A key that somebody showed to another service.
 *
 * @param key as it was shown, or the token of a workload
 * @param address where it was shown from, an IPv4 or IPv6 address; a key that is confined to addresses is not valid without
 */
record VerifyApiKey(
        @NotNull Secret key, @Nullable @Size(max = 45) String address) {}
