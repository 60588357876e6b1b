package ai.celune.workspace;

import ai.celune.web.ErrorCode;

/** Refusals about people and workspaces. */
public final class WorkspaceErrors {
    public static final ErrorCode ROLE_NOT_HELD =
            new ErrorCode(403, "role_not_held", "Nobody grants or takes rights that they do not hold.");
    public static final ErrorCode LAST_OWNER =
            new ErrorCode(409, "last_owner", "A workspace keeps at least one owner.");
    public static final ErrorCode ALREADY_MEMBER =
            new ErrorCode(409, "already_member", "The person is a member of this workspace.");

    public static final ErrorCode ROLE_IN_USE =
            new ErrorCode(409, "role_in_use", "Somebody has this role, or is invited to it.");
    public static final ErrorCode ROLE_BUILT_IN =
            new ErrorCode(403, "role_built_in", "Every workspace has this role, and nobody changes it.");

    private WorkspaceErrors() {}
}
