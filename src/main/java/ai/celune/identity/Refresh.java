package ai.celune.identity;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** A refresh token in exchange for new tokens. */
record Refresh(@NotBlank @Size(max = 256) String refreshToken) {
    @Override
    public String toString() {
        return "Refresh[…]";
    }
}
