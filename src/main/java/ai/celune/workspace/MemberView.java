package ai.celune.workspace;

import java.util.UUID;

/** A person of the workspace. */
record MemberView(UUID userId, String email, String role) {}
