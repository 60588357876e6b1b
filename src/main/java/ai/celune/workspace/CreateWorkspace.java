package ai.celune.workspace;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/** A further workspace, paid for with an access code. */
record CreateWorkspace(
        @NotBlank @Size(max = 100) String name,
        @NotBlank @Size(max = 100) String accessCode) {
    @Override
    public String toString() {
        return "CreateWorkspace[…]";
    }
}
