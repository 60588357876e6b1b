package ai.celune.crypto;

/**
 * A sealed value is malformed, was changed, or stands where it does not belong. The three are not told apart, and no cause is kept: details would
 * help only whoever changed it. Clients see 500 {@code secret_integrity}.
 */
public final class SecretIntegrityException extends RuntimeException {
    public SecretIntegrityException() {
        super("sealed value does not authenticate");
    }
}
