package ai.celune.apikey;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key to make.
 *
 * @param scopes permissions it has at most
 * @param bindings provider keys and Slack connections it may use; none unless told
 * @param allowedAddresses blocks such as 203.0.113.0/24 or 2001:db8::/32 that calls may come from; anywhere unless told
 * @param limits calls per minute, below what any key has
 * @param workload whose token stands for the key, which then has no value
 * @param serviceAccountId whose key it is; the caller's own unless told
 * @param expiresAt never unless told, or what the workspace's policy allows at most
 */
record CreateApiKey(
        @NotBlank @Size(max = 100) String name,
        @NotNull @Size(min = 1, max = 64) Set<@NotBlank @Size(max = 64) String> scopes,
        @Nullable @Size(max = 100) Set<@NotNull UUID> bindings,
        @Nullable @Size(max = 100) Set<@NotNull @AddressBlock String> allowedAddresses,
        @Nullable @Valid KeyLimits limits,
        @Nullable @Valid NamedWorkload workload,
        @Nullable UUID serviceAccountId,
        @Nullable Instant expiresAt) {}
