package ai.celune.usage;

/** Permissions of analytics. */
public final class AnalyticsPermissions {
    public static final String READ = "analytics:read";

    private AnalyticsPermissions() {}
}
