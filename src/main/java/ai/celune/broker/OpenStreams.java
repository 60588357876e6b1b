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
import org.jspecify.annotations.Nullable;

/**
 * The calls that are open, by credential: so many at most, and none once its credential, its caller's right in the workspace or the secret it uses
 * has ended (R28).
 *
 * <p>What ends between its look-up and the registration is seen too, because ends are remembered for a while: a call that began before an end is
 * refused.
 */
@ApplicationScoped
@Startup // Ready before the first request: what it has not seen end, it would refuse.
public class OpenStreams {
    private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(60);
    private static final int MAX_REMEMBERED = 10_000;

    private final BrokerConfig config;
    private final Map<UUID, Set<Ticket>> open = new ConcurrentHashMap<>();
    private final Map<CredentialEnded, Long> ended = new ConcurrentHashMap<>();
    private volatile long refusedBefore = System.nanoTime();

    OpenStreams(BrokerConfig config) {
        this.config = config;
    }

    /** A registered call. */
    final class Ticket implements AutoCloseable {
        private final Actor actor;
        private final long started;
        private final Runnable onEnd;
        private volatile @Nullable UUID secret;

        private Ticket(Actor actor, long started, Runnable onEnd) {
            this.actor = actor;
            this.started = started;
            this.onEnd = onEnd;
        }

        /**
         * The call goes on with this provider key or Slack connection.
         *
         * @return false when what it rests on has ended meanwhile
         */
        boolean uses(UUID picked) {
            secret = picked;
            return !hasEnded();
        }

        private boolean hasEnded() {
            return started - refusedBefore < 0
                    || ended.entrySet().stream().anyMatch(end -> started - end.getValue() < 0 && restsOn(end.getKey()));
        }

        private boolean restsOn(CredentialEnded end) {
            UUID id = end.id();
            boolean named = actor.credential().id().equals(id)
                    || actor.principal().id().equals(id)
                    || id.equals(actor.userId())
                    || id.equals(actor.workspaceId())
                    || id.equals(secret);
            return named && (end.workspaceId() == null || end.workspaceId().equals(actor.workspaceId()));
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
     * @param onEnd called on any thread when what the call rests on has ended
     * @throws Problem 429 for too many, 401 for a credential that ended meanwhile
     */
    Ticket register(Actor actor, long started, Runnable onEnd) {
        Ticket ticket = new Ticket(actor, started, onEnd);
        open.compute(actor.credential().id(), (same, known) -> {
            Set<Ticket> tickets = known == null ? ConcurrentHashMap.newKeySet() : known;
            if (tickets.size() >= config.openStreams()) {
                throw new Problem(ErrorCode.RATE_LIMITED, "broker streams").retryAfter(1);
            }
            tickets.add(ticket);
            return tickets;
        });
        // After the registration: an end that is noted later finds the ticket, an earlier one is found here.
        if (ticket.hasEnded()) {
            ticket.close();
            throw new Problem(ErrorCode.UNAUTHENTICATED);
        }
        return ticket;
    }

    /** What ends later, or on another replica, comes by {@link CredentialEnds}. */
    void onEnd(@Observes(during = TransactionPhase.AFTER_SUCCESS) CredentialEnded end) {
        if (end.at() == null) {
            end(end);
        }
    }

    /** Closes what rests on it; harmless when repeated. */
    void end(CredentialEnded end) {
        long now = System.nanoTime();
        ended.put(end, now);
        open.values().stream()
                .flatMap(Set::stream)
                .filter(ticket -> ticket.restsOn(end))
                .forEach(ticket -> ticket.onEnd.run());
        ended.values().removeIf(at -> now - at > REMEMBERED);
        if (ended.size() > MAX_REMEMBERED) {
            // What is forgotten too early refuses the few calls that are between look-up and registration.
            refusedBefore = System.nanoTime();
            ended.clear();
        }
    }
}
