package ai.celune.workspace;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Set;

/**
 * A new role of the workspace.
 *
 * @param name for good, so that the audit log keeps its meaning
 */
record CreateRole(
        @NotNull @Pattern(regexp = "[a-z][a-z0-9-]{1,39}") String name,
        @NotNull @Size(min = 1, max = 100) Set<@NotNull String> permissions) {}
