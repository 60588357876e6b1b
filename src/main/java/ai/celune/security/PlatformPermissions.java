package ai.celune.security;

/** Held by platform operators' sessions alone, by no role and no API key. */
public final class PlatformPermissions {
    public static final String OPERATE = "platform:operate";

    private PlatformPermissions() {}
}
