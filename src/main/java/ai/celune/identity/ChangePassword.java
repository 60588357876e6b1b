package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotNull;

/** A person's new password, proved by the old one. */
record ChangePassword(
        @NotNull Secret currentPassword,
        @NotNull @StrongPassword Secret newPassword) {}
