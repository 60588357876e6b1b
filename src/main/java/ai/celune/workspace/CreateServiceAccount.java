package ai.celune.workspace;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** A new service account. */
record CreateServiceAccount(
        @NotBlank @Size(max = 100) String name,
        @NotNull @Size(min = 1, max = 40) String role) {}
