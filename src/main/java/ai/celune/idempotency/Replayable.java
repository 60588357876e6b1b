package ai.celune.idempotency;

/** An answer that holds a secret: what is kept for a repetition is another one without it (R25). */
public interface Replayable {
    /** The answer that a repetition gets. */
    Object withoutSecret();
}
