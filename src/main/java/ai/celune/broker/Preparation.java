package ai.celune.broker;

import ai.celune.crypto.Secret;
import ai.celune.egress.ReservedFields;
import ai.celune.providerkey.ProviderKeyUses;
import ai.celune.providerkey.UsableKey;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;

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

    /** Commits the use and makes ready what it needs; blocks. When a later step fails, the use ends as failed. */
    Prepared prepare(BrokerRequest request) {
        UsableKey key = uses.begin(
                request.actor(),
                request.origin(),
                request.provider(),
                request.key(),
                request.method().name(),
                request.target().path(),
                config.deadline());
        Use use = new Use(uses, key, request);
        try {
            return open(key, use);
        } catch (RuntimeException e) {
            use.end(e instanceof Problem problem ? problem.code().code() : "not_sent");
            throw e;
        }
    }

    private Prepared open(UsableKey key, Use use) {
        if (ReservedFields.contains(key.position().header())) {
            throw new Problem(ErrorCode.CONFLICT, "the provider key's header cannot carry a credential");
        }
        Future<Destinations.Destination> destination = destinations.resolve(key.baseUrl());
        try (Secret secret = uses.open(key)) {
            return new Prepared(use, destination, Injection.of(key.position(), secret), new Scrubber(secret.bytes()));
        }
    }
}
