package ai.celune.apikey;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/**
 * A workload that is to have a key.
 *
 * @param issuer who vouches for it, as configured
 * @param subject its name there, exactly
 */
record NamedWorkload(
        @NotBlank @Size(max = 255) String issuer,
        @NotBlank @Size(max = 255) String subject) {}
