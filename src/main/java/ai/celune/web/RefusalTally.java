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
        long minute = minute();
        Tally fresh = new Tally(minute, origin, event);
        Tally current = tallies.compute(key, (same, known) -> {
            if (known != null && known.minute == minute) {
                known.more.incrementAndGet();
                return known;
            }
            if (known != null) {
                fresh.more.set(known.more.getAndSet(0));
            }
            return fresh;
        });
        if (current != fresh) {
            return CompletableFuture.completedFuture(null);
        }
        if (tallies.size() > MAX_KINDS) {
            // Each kind beyond the bound is stored one by one: slower, but nothing is lost and memory stays bounded.
            close(key, fresh);
        }
        return audit.append(key.workspaceId, origin, event.apply(1)).whenComplete((stored, notStored) -> {
            if (notStored != null) {
                // Its caller is told so; the next one is the first again.
                close(key, fresh);
            }
        });
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @Shutdown
    void flush() {
        long minute = minute();
        tallies.forEach((key, tally) -> {
            if (tally.minute < minute) {
                close(key, tally);
            } else {
                store(key, tally);
            }
        });
    }

    private long minute() {
        return clock.instant().getEpochSecond() / 60;
    }

    /** Takes a tally out, after which nobody counts in it, and stores what it holds. */
    private void close(Key key, Tally tally) {
        if (tallies.remove(key, tally)) {
            store(key, tally);
        }
    }

    private void store(Key key, Tally tally) {
        long more = tally.more.getAndSet(0);
        if (more > 0) {
            audit.append(key.workspaceId, tally.origin, tally.event.apply(more)).exceptionally(notStored -> {
                LOG.errorf(notStored, "a count of %d refusals was not stored", (Object) more);
                // Into whichever tally of the kind is counted in by now, else it would be stored by nobody.
                tallies.compute(key, (same, now) -> {
                    Tally keeper = now == null ? tally : now;
                    keeper.more.addAndGet(more);
                    return keeper;
                });
                return null;
            });
        }
    }
}
