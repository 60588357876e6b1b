package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** A new password for a code that was mailed or that the platform operator handed over. */
record ResetPassword(
        @NotBlank @Size(max = 254) String email,
        @NotBlank @Size(max = 100) String code,
        @NotNull @StrongPassword Secret password) {
    @Override
    public String toString() {
        return "ResetPassword[…]";
    }
}
