package ai.celune.broker;

import ai.celune.audit.Outcome;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One use of a secret whose begin is committed, and what is measured until its end is stored. */
final class Use {
    private static final Logger LOG = Logger.getLogger(Use.class);

    private final CommittedUse committed;
    private final long started;
    private long bytesIn;
    private long bytesOut;
    private @Nullable Integer status;

    /** @param started {@link System#nanoTime()} of the caller's request */
    Use(CommittedUse committed, long started) {
        this.committed = committed;
        this.started = started;
    }

    /** The provider key or Slack connection. */
    UUID secret() {
        return committed.secret();
    }

    boolean hasNext() {
        return committed.hasNext();
    }

    boolean drains() {
        return committed.drains();
    }

    /** Body bytes from the caller. */
    void received(int bytes) {
        bytesIn += bytes;
    }

    /** Body bytes from the provider. */
    void answered(int bytes) {
        bytesOut += bytes;
    }

    void status(int answered) {
        status = answered;
    }

    /** Stores the end of a use that nothing is metered of. */
    void end(@Nullable String cause) {
        end(cause, CommittedUse.Metered.NOTHING);
    }

    /** Stores the end of the use, once; {@code cause} is null when the provider's answer came whole. */
    void end(@Nullable String cause, CommittedUse.Metered metered) {
        Integer answered = status;
        String reason = cause == null && (answered == null || answered >= 400) ? "provider_status" : cause;
        committed
                .complete(new CommittedUse.End(
                        reason == null ? Outcome.SUCCESS : Outcome.FAILED,
                        answered,
                        reason,
                        bytesIn,
                        bytesOut,
                        metered,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)))
                .exceptionally(notStored -> {
                    LOG.errorf(notStored, "the end of use %s was not stored", committed.id());
                    return null;
                });
    }
}
