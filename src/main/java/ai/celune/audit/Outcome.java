package ai.celune.audit;

/** How an action ended. */
public enum Outcome {
    SUCCESS,
    DENIED,
    FAILED
}
