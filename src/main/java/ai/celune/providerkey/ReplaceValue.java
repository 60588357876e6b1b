package ai.celune.providerkey;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotNull;

/** A new value for a key that stays itself. */
record ReplaceValue(@NotNull @ProviderSecret Secret key) {}
