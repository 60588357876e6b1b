package ai.celune.providerkey;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A secret to keep.
 *
 * @param baseUrl where calls go, for providers that have no one origin
 * @param header for {@code custom} only: where the value is put, {@code Authorization} unless told
 * @param scheme for {@code custom} only: the word before the value, {@code Bearer} unless told
 */
record CreateProviderKey(
        @NotBlank @Size(max = 32) String provider,
        @NotBlank @Size(max = 100) String name,
        @NotNull @ProviderSecret Secret key,
        @Nullable @Size(max = 2048) String baseUrl,

        @Nullable @Pattern(regexp = "[A-Za-z][A-Za-z0-9-]{0,63}")
        String header,

        @Nullable @Pattern(regexp = "[A-Za-z0-9-]{0,32}") String scheme) {}
