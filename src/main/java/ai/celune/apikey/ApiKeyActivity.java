package ai.celune.apikey;

import ai.celune.security.Actor;
import io.quarkus.runtime.Shutdown;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Counts the calls of each API key by the minute, outside the request (R27): once a second the numbers are stored, and a minute that is over is told to
 * the audit log. A kill -9 loses at most the last second; {@link ApiKeyUses#tellLeftBehind} tells the rest as a lower bound.
 */
@ApplicationScoped
class ApiKeyActivity {
    private static final Logger LOG = Logger.getLogger(ApiKeyActivity.class);

    private final ApiKeyUses uses;
    private final Clock clock;
    private final ConcurrentHashMap<Minute, ApiKeyUses.Count> running = new ConcurrentHashMap<>();
    /** How many calls of a count are stored, by its id. */
    private final Map<UUID, Long> stored = new HashMap<>();
    /** Stored for the last time, to be told. */
    private final List<ApiKeyUses.Count> over = new ArrayList<>();

    ApiKeyActivity(ApiKeyUses uses, Clock clock) {
        this.uses = uses;
        this.clock = clock;
    }

    private record Minute(UUID key, Instant begin) {}

    void used(Actor actor, String address) {
        Instant now = clock.instant();
        running.compute(
                new Minute(actor.credential().id(), now.truncatedTo(ChronoUnit.MINUTES)),
                (minute, count) ->
                        count == null ? ApiKeyUses.Count.first(actor, now, address) : count.plus(now, address));
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void flush() {
        flush(clock.instant().truncatedTo(ChronoUnit.MINUTES));
    }

    @Shutdown
    void stop() {
        flush(Instant.MAX);
    }

    private synchronized void flush(Instant end) {
        byWorkspace(running.values().stream().filter(count -> !isStored(count)).toList(), this::store);
        running.forEach((minute, count) -> {
            // A call that comes in at this moment begins another count.
            if (minute.begin.isBefore(end) && isStored(count) && running.remove(minute, count)) {
                stored.remove(count.id());
                over.add(count);
            }
        });
        byWorkspace(List.copyOf(over), counts -> {
            uses.tell(counts);
            over.removeAll(counts);
        });
    }

    private boolean isStored(ApiKeyUses.Count count) {
        return Objects.equals(stored.get(count.id()), count.calls());
    }

    private void store(List<ApiKeyUses.Count> counts) {
        uses.store(counts, stored.keySet());
        counts.forEach(count -> stored.put(count.id(), count.calls()));
    }

    /** What one workspace cannot store or tell now waits for the next second, and holds nobody else up. */
    private static void byWorkspace(List<ApiKeyUses.Count> counts, Consumer<List<ApiKeyUses.Count>> work) {
        counts.stream()
                .collect(Collectors.groupingBy(ApiKeyUses.Count::workspace))
                .forEach((workspace, some) -> {
                    try {
                        work.accept(some);
                    } catch (RuntimeException e) {
                        LOG.warnf("the use of %d API keys of workspace %s waits: %s", some.size(), workspace, e);
                    }
                });
    }
}
