package ai.celune.workspace;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person in a workspace.
 *
 * @param email null when the provider at which the person signs in tells none
 */
record MemberView(UUID userId, @Nullable String email, String role) {}
