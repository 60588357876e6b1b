package ai.celune.broker;

import ai.celune.security.Actor;
import ai.celune.security.CredentialEnded;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The calls that are open, by credential: so many at most, and none once its credential has ended (R28).
 *
 * <p>A credential that ends between its look-up and the registration of its call is seen too, because ends are remembered for a while: a call that
 * began before an end is refused.
 */
@ApplicationScoped
@Startup // Ready before the first request: what it has not seen end, it would refuse.
public class OpenStreams {
    private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(60);
    private static final int MAX_REMEMBERED = 10_000;

    private final BrokerConfig config;
    private final Map<UUID, Set<Ticket>> open = new ConcurrentHashMap<>();
    private final Map<UUID, Long> ended = new ConcurrentHashMap<>();
    private volatile long refusedBefore = System.nanoTime();

    OpenStreams(BrokerConfig config) {
        this.config = config;
    }

    /** A registered call. */
    final class Ticket implements AutoCloseable {
        private final Actor actor;
        private final Runnable onCredentialEnded;

        private Ticket(Actor actor, Runnable onCredentialEnded) {
            this.actor = actor;
            this.onCredentialEnded = onCredentialEnded;
        }

        private boolean belongsTo(UUID id) {
            return actor.credential().id().equals(id) || actor.principal().id().equals(id) || id.equals(actor.userId());
        }

        /** The call is over. */
        @Override
        public void close() {
            open.computeIfPresent(actor.credential().id(), (same, tickets) -> {
                tickets.remove(this);
                return tickets.isEmpty() ? null : tickets;
            });
        }
    }

    /**
     * Registers a call.
     *
     * @param started {@link System#nanoTime()} from before the credential was looked up
     * @param onCredentialEnded called at most once, on any thread
     * @throws Problem 429 for too many, 401 for a credential that ended meanwhile
     */
    Ticket register(Actor actor, long started, Runnable onCredentialEnded) {
        Ticket ticket = new Ticket(actor, onCredentialEnded);
        open.compute(actor.credential().id(), (same, known) -> {
            Set<Ticket> tickets = known == null ? ConcurrentHashMap.newKeySet() : known;
            if (tickets.size() >= config.openStreams()) {
                throw new Problem(ErrorCode.RATE_LIMITED, "broker streams").retryAfter(1);
            }
            tickets.add(ticket);
            return tickets;
        });
        // After the registration: an end that is noted later finds the ticket, an earlier one is found here.
        if (started - refusedBefore < 0 || ended.entrySet().stream().anyMatch(end -> concerns(ticket, started, end))) {
            ticket.close();
            throw new Problem(ErrorCode.UNAUTHENTICATED);
        }
        return ticket;
    }

    private static boolean concerns(Ticket ticket, long started, Map.Entry<UUID, Long> end) {
        return started - end.getValue() < 0 && ticket.belongsTo(end.getKey());
    }

    void onEnd(@Observes(during = TransactionPhase.AFTER_SUCCESS) CredentialEnded end) {
        long now = System.nanoTime();
        ended.put(end.id(), now);
        open.values().stream()
                .flatMap(Set::stream)
                .filter(ticket -> ticket.belongsTo(end.id()))
                .forEach(ticket -> ticket.onCredentialEnded.run());
        ended.values().removeIf(at -> now - at > REMEMBERED);
        if (ended.size() > MAX_REMEMBERED) {
            // What is forgotten too early refuses the few calls that are between look-up and registration.
            refusedBefore = System.nanoTime();
            ended.clear();
        }
    }
}
