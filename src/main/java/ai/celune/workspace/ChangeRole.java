package ai.celune.workspace;

import jakarta.validation.constraints.NotNull;

/** Another role for a member. */
record ChangeRole(@NotNull @RoleName String role) {}
