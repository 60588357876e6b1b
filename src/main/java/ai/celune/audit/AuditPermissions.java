package ai.celune.audit;

/** Permissions of the audit log. */
public final class AuditPermissions {
    public static final String READ = "audit:read";
    /** Held by platform operators' sessions only. */
    public static final String OPERATE = "platform:operate";

    private AuditPermissions() {}
}
