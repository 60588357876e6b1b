package ai.celune.providerkey;

/** Permissions of provider keys; the broker asks for {@link #USE}. */
public final class ProviderKeyPermissions {
    public static final String READ = "provider-keys:read";
    public static final String WRITE = "provider-keys:write";
    public static final String USE = "provider-keys:use";

    private ProviderKeyPermissions() {}
}
