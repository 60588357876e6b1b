package ai.celune.identity;

import ai.celune.crypto.Secret;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** An invitation taken up: with e-mail and password by a new person, with the code alone by somebody signed in. */
record AcceptInvitation(
        @NotBlank @Size(max = 100) String code,
        @Nullable @Email @Size(max = 254) String email,
        @Nullable @StrongPassword Secret password) {
    @Override
    public String toString() {
        return "AcceptInvitation[…]";
    }
}
