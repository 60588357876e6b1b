package ai.celune.apikey;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** Another name for a key. */
record RenameApiKey(@NotBlank @Size(max = 100) String name) {}
