package ai.celune.identity;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** A person as a provider names them: its issuer, and the subject claim that its settings name. */
record LinkIdentity(
        @NotBlank @Size(min = 8, max = 500) String issuer,
        @NotBlank @Size(max = 255) String subject) {
    @Override
    public String toString() {
        return "LinkIdentity[" + issuer + "]";
    }
}
