package ai.celune.apikey;

import ai.celune.security.Actor;
import io.quarkus.runtime.Shutdown;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Counts the calls of each API key by the minute, outside the request (R27). The numbers are stored once a second, so that a kill -9 loses at most the
 * last one; a minute that is over is told to the audit log.
 */
@ApplicationScoped
class ApiKeyActivity {
    private static final Logger LOG = Logger.getLogger(ApiKeyActivity.class);
    private static final int TOLD_AT_ONCE = 500;

    private final ApiKeyUses uses;
    private final Clock clock;
    private final ConcurrentHashMap<Minute, KeyCount> running = new ConcurrentHashMap<>();
    /** How many calls of a count are stored, by its id. */
    private final Map<UUID, Long> stored = new HashMap<>();
    /** Stored for the last time, to be told. */
    private final ConcurrentLinkedQueue<KeyCount> over = new ConcurrentLinkedQueue<>();

    ApiKeyActivity(ApiKeyUses uses, Clock clock) {
        this.uses = uses;
        this.clock = clock;
    }

    private record Minute(UUID key, Instant begin) {}

    void used(Actor actor, String address) {
        Instant now = clock.instant();
        running.compute(
                new Minute(actor.credential().id(), now.truncatedTo(ChronoUnit.MINUTES)),
                (minute, count) -> count == null ? KeyCount.first(actor, now, address) : count.plus(now, address));
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void store() {
        store(clock.instant().truncatedTo(ChronoUnit.MINUTES));
    }

    /** On a schedule of its own: an entry each takes time, in which the next calls are to be stored. */
    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    synchronized void tell() {
        List<KeyCount> counts = new ArrayList<>();
        for (KeyCount count = over.poll(); count != null; count = over.poll()) {
            counts.add(count);
        }
        eachWorkspace(counts, some -> {
            for (int from = 0; from < some.size(); from += TOLD_AT_ONCE) {
                List<KeyCount> batch = some.subList(from, Math.min(from + TOLD_AT_ONCE, some.size()));
                try {
                    uses.tell(batch);
                } catch (Exception e) {
                    over.addAll(some.subList(from, some.size()));
                    throw e;
                }
            }
        });
    }

    @Shutdown
    void stop() {
        store(Instant.MAX);
        tell();
    }

    private void store(Instant end) {
        synchronized (stored) {
            eachWorkspace(
                    running.values().stream().filter(count -> !isStored(count)).toList(), counts -> {
                        uses.store(counts);
                        counts.forEach(count -> stored.put(count.id(), count.calls()));
                    });
            running.forEach((minute, count) -> {
                // A call that comes in at this moment keeps the count, and one that comes later begins another.
                if (minute.begin.isBefore(end) && isStored(count) && running.remove(minute, count)) {
                    stored.remove(count.id());
                    over.add(count);
                }
            });
        }
    }

    private boolean isStored(KeyCount count) {
        return Objects.equals(stored.get(count.id()), count.calls());
    }

    /** What one workspace cannot store or tell now waits for the next time. */
    private static void eachWorkspace(Collection<KeyCount> counts, Consumer<List<KeyCount>> work) {
        counts.stream().collect(Collectors.groupingBy(KeyCount::workspace)).forEach((workspace, some) -> {
            try {
                work.accept(some);
            } catch (Exception e) {
                // Also a commit that fails, which is a checked exception in disguise.
                LOG.warnf("the use of %d API keys of workspace %s waits: %s", some.size(), workspace, e);
            }
        });
    }
}
