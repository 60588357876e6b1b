package ai.celune.broker;

import ai.celune.providerkey.KeyRequest;
import ai.celune.providerkey.ProviderKeyUses;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.UUID;

/** Everything that happens before a byte leaves: the use is committed to the log, the destination looked up and checked, the value opened. */
@ApplicationScoped
class Preparation {
    private final ProviderKeyUses uses;
    private final Destinations destinations;
    private final BrokerConfig config;

    Preparation(ProviderKeyUses uses, Destinations destinations, BrokerConfig config) {
        this.uses = uses;
        this.destinations = destinations;
        this.config = config;
    }

    /** A call that may be sent once its destination is known. Holds the plaintext until it is closed. */
    record Prepared(Use use, Future<Destinations.Destination> destination, Injection injection, Scrubber scrubber)
            implements AutoCloseable {
        @Override
        public void close() {
            injection.close();
            scrubber.close();
        }
    }

    /**
     * Commits the use of a provider key; blocks.
     *
     * @param tried keys that are not to be taken again
     */
    CommittedUse commit(BrokerRequest request, KeyRequest.Models models, Set<UUID> tried) {
        KeyRequest wanted = new KeyRequest(
                request.provider(),
                request.key(),
                request.method().name(),
                request.target().path(),
                models,
                tried);
        return new KeyUse(
                uses, uses.begin(request.actor(), request.origin(), wanted, config.deadline()), request.origin());
    }

    /** Commits a use and makes it ready; blocks. A second one of a call is timed from now. */
    Prepared prepare(BrokerRequest request, KeyRequest.Models models, Set<UUID> tried) {
        return prepare(commit(request, models, tried), tried.isEmpty() ? request.started() : System.nanoTime());
    }

    /** Makes ready what a committed use needs; blocks. When that fails, the use ends as failed. */
    Prepared prepare(CommittedUse committed, long started) {
        Use use = new Use(committed, started);
        try {
            Future<Destinations.Destination> destination = destinations.resolve(committed.origin());
            CommittedUse.Opened opened = committed.open();
            return new Prepared(use, destination, opened.injection(), opened.scrubber());
        } catch (RuntimeException e) {
            use.end(e instanceof Problem problem ? problem.code().code() : "not_sent");
            throw e;
        }
    }
}
