package ai.celune.auditlog;

/** Permissions of the audit log. */
public final class AuditPermissions {
    public static final String READ = "audit:read";

    private AuditPermissions() {}
}
