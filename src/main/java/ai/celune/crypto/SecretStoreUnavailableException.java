package ai.celune.crypto;

import org.jspecify.annotations.Nullable;

/**
 * The store of keys cannot answer now; nothing was sealed or opened and a later try may succeed. Clients see 503 {@code secret_store_unavailable}.
 */
public class SecretStoreUnavailableException extends RuntimeException {
    public SecretStoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
