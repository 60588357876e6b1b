package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** A new person with a new workspace. */
record SignUp(
        @NotBlank @Email @Size(max = 254) String email,
        @NotNull @StrongPassword Secret password,
        @NotBlank @Size(max = 100) String accessCode,
        @NotBlank @Size(max = 100) String workspaceName) {
    @Override
    public String toString() {
        return "SignUp[…]";
    }
}
