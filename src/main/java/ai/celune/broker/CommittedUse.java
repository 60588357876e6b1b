package ai.celune.broker;

import ai.celune.audit.Outcome;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A use of a stored secret whose beginning is committed to the log, as far as a call has to know it. */
public interface CommittedUse {
    /** Names this use in the log. */
    UUID id();

    /** What the call ends with. */
    UUID secret();

    /** The origin that the secret may be sent to. */
    String origin();

    /** Whether another secret would do in its place. */
    default boolean hasNext() {
        return false;
    }

    /** Whether an answer is read to its end when the caller has left. */
    default boolean drains() {
        return false;
    }

    /** Opens the secret for one request; the caller closes both. */
    Opened open();

    /** Appends how the use ended; completes when that is durable. */
    CompletionStage<Void> complete(End end);

    /** The secret on its way out, and what keeps it from coming back. */
    record Opened(Injection injection, Scrubber scrubber) {}

    /**
     * How a use ended.
     *
     * @param status of the answer; null without one
     * @param cause null when it ended well
     */
    record End(
            Outcome outcome,
            @Nullable Integer status,
            @Nullable String cause,
            long bytesIn,
            long bytesOut,
            Metered metered,
            long durationMillis) {}

    /**
     * What a provider says that an answer took; null where it does not.
     *
     * @param isLowerBound whether the answer was broken off, and the provider may have counted more
     */
    record Metered(
            @Nullable String model,
            @Nullable Long inputTokens,
            @Nullable Long outputTokens,
            boolean isLowerBound) {
        static final Metered NOTHING = new Metered(null, null, null, false);
    }
}
