package ai.celune.identity;

import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** Whom to mail a code. */
record RequestCode(@NotBlank @Email @Size(max = 254) String email) {}
