package ai.celune.crypto;

/**
 * The store knows no key for the workspace. That may be a lagging standby as well as a workspace whose key was never made, so it counts as an
 * unavailable store and never as shredded: only our own state can say that a key was destroyed.
 */
public final class SecretKeyMissingException extends SecretStoreUnavailableException {
    public SecretKeyMissingException() {
        super("no key for this workspace", null);
    }
}
