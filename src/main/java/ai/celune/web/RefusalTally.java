package ai.celune.web;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import io.quarkus.runtime.Shutdown;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Refusals that can come by the thousand: the first of each kind and minute is an event that is waited for, the rest an exact count that is
 * stored each second.
 */
@ApplicationScoped
class RefusalTally {
    private static final Logger LOG = Logger.getLogger(RefusalTally.class);
    private static final int MAX_KINDS = 10_000;

    private final AuditQueue audit;
    private final Clock clock;
    private final ConcurrentHashMap<Key, Tally> tallies = new ConcurrentHashMap<>();

    RefusalTally(AuditQueue audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /** @param caller credential id or address prefix */
    record Key(UUID workspaceId, String caller, @Nullable String limit, String reason) {}

    private static final class Tally {
        final long minute;
        final Origin origin;
        final LongFunction<AuditEvent> event;
        final AtomicLong more = new AtomicLong();

        Tally(long minute, Origin origin, LongFunction<AuditEvent> event) {
            this.minute = minute;
            this.origin = origin;
            this.event = event;
        }
    }

    /** Completes when the first of a kind is stored, at once for the others. */
    CompletionStage<Void> count(Key key, Origin origin, LongFunction<AuditEvent> event) {
        long minute = clock.instant().getEpochSecond() / 60;
        Tally fresh = new Tally(minute, origin, event);
        Tally current = tallies.compute(key, (same, known) -> {
            if (known != null && known.minute == minute) {
                known.more.incrementAndGet();
                return known;
            }
            if (known != null) {
                store(same, known);
            }
            return fresh;
        });
        if (current != fresh) {
            return CompletableFuture.completedFuture(null);
        }
        if (tallies.size() > MAX_KINDS) {
            // Each kind beyond the bound is stored one by one: slower, but nothing is lost and memory stays bounded.
            tallies.remove(key, fresh);
        }
        return audit.append(key.workspaceId, origin, event.apply(1));
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @Shutdown
    void flush() {
        long minute = clock.instant().getEpochSecond() / 60;
        tallies.forEach((key, tally) -> {
            store(key, tally);
            if (tally.minute < minute) {
                tallies.computeIfPresent(key, (same, known) -> {
                    if (known != tally) {
                        return known;
                    }
                    store(same, known);
                    return null;
                });
            }
        });
    }

    private void store(Key key, Tally tally) {
        long more = tally.more.getAndSet(0);
        if (more > 0) {
            audit.append(key.workspaceId, tally.origin, tally.event.apply(more)).exceptionally(notStored -> {
                LOG.errorf(notStored, "a count of %d refusals was not stored", (Object) more);
                tally.more.addAndGet(more);
                return null;
            });
        }
    }
}
