package ai.celune.broker;

/** A path or base URL that the broker does not follow. The message is a sentence for the caller and quotes nothing of what was sent. */
public final class RefusedDestinationException extends RuntimeException {
    public RefusedDestinationException(String message) {
        super(message);
    }
}
