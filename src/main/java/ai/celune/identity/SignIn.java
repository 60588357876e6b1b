package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** Proof of an account by its password. */
record SignIn(
        @NotBlank @Size(max = 254) String email, @NotNull Secret password) {}
