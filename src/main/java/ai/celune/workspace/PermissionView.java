package ai.celune.workspace;

import java.util.List;

/** A permission, and the built-in roles that have it. */
record PermissionView(String permission, List<String> roles) {}
