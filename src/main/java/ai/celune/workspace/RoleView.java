package ai.celune.workspace;

import java.util.List;
import java.util.UUID;

/**
 * A role as a workspace sees it.
 *
 * @param name what members, invitations and service accounts name
 * @param builtIn whether every workspace has it, and nobody changes it
 * @param permissions in alphabetical order
 */
record RoleView(UUID id, String name, boolean builtIn, List<String> permissions) {}
