package ai.celune.identity;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** A mailed code. */
record VerifyEmail(
        @NotBlank @Size(max = 254) String email,
        @NotBlank @Size(max = 100) String code) {
    @Override
    public String toString() {
        return "VerifyEmail[…]";
    }
}
