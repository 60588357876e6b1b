package ai.celune.apikey;

/** Permissions of API keys. Who may not write everybody's keys still writes their own. */
public final class ApiKeyPermissions {
    public static final String READ = "api-keys:read";
    public static final String WRITE = "api-keys:write";

    private ApiKeyPermissions() {}
}
