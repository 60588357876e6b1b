package ai.celune.broker;

import ai.celune.audit.Origin;
import ai.celune.audit.Outcome;
import ai.celune.providerkey.ProviderKeyEvents;
import ai.celune.providerkey.ProviderKeyUses;
import ai.celune.providerkey.UsableKey;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One use of a provider key whose begin is committed, and what is measured until its end is stored. */
final class Use {
    private static final Logger LOG = Logger.getLogger(Use.class);

    private final ProviderKeyUses uses;
    private final UsableKey key;
    private final Origin origin;
    private final long started;
    private final Meter meter;
    private boolean sent;
    private long bytesIn;
    private long bytesOut;
    private @Nullable Integer status;

    Use(ProviderKeyUses uses, UsableKey key, BrokerRequest request) {
        this.uses = uses;
        this.key = key;
        origin = request.origin();
        started = request.started();
        meter = new Meter(request.provider(), request.target().path());
    }

    UUID providerKey() {
        return key.id();
    }

    /** Body bytes from the caller. */
    void received(int bytes) {
        bytesIn += bytes;
    }

    /** Body bytes from the provider. */
    void answered(int bytes) {
        bytesOut += bytes;
    }

    /** From here on the provider may count. */
    void sent() {
        sent = true;
    }

    void status(int answered) {
        status = answered;
    }

    Meter meter() {
        return meter;
    }

    /** Stores the end of the use, once; {@code cause} is null when the provider's answer came whole. */
    void end(@Nullable String cause) {
        Integer answered = status;
        String reason = cause == null && (answered == null || answered >= 400) ? "provider_status" : cause;
        uses.complete(
                        key,
                        origin,
                        new ProviderKeyEvents.UseCompleted(
                                key.id(),
                                key.use(),
                                reason == null ? Outcome.SUCCESS : Outcome.FAILED,
                                answered,
                                reason,
                                bytesIn,
                                bytesOut,
                                meter.model(),
                                meter.inputTokens(),
                                meter.outputTokens(),
                                (cause != null && sent) ? true : null,
                                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)))
                .exceptionally(notStored -> {
                    LOG.errorf(notStored, "the end of use %s was not stored", key.use());
                    return null;
                });
    }
}
