package ai.celune.workspace;

/** Permissions of this package's operations. */
public final class WorkspacePermissions {
    public static final String OWN = "workspace:own";
    public static final String SETTINGS_READ = "settings:read";
    public static final String SETTINGS_ADMIN = "settings:admin";
    public static final String MEMBERS_READ = "members:read";
    public static final String MEMBERS_WRITE = "members:write";
    public static final String SERVICE_ACCOUNTS_READ = "service-accounts:read";
    public static final String SERVICE_ACCOUNTS_WRITE = "service-accounts:write";
    public static final String ROLES_READ = "roles:read";
    public static final String ROLES_WRITE = "roles:write";

    private WorkspacePermissions() {}
}
