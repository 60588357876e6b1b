package ai.celune.crypto;

/** The keys of the workspace were destroyed on purpose; its values are gone for good. Clients see 410 {@code secret_shredded}. */
public final class SecretShreddedException extends RuntimeException {
    public SecretShreddedException() {
        super("the keys of this workspace were shredded");
    }
}
