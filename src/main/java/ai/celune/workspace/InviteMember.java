package ai.celune.workspace;

import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** Whom to invite as what. */
record InviteMember(
        @NotBlank @Email @Size(max = 254) String email,
        @NotNull @Size(min = 1, max = 40) String role) {}
