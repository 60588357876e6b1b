package ai.celune.broker;

import ai.celune.broker.Preparation.Prepared;
import ai.celune.providerkey.ProviderKeyErrors;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls without a body that Celune makes itself with a stored key, for the status of the answer; logged, guarded and ended like those of agents. Each holds a
 * thread, so there are few at a time: a provider that does not answer must not take the threads that everything else runs on.
 */
@ApplicationScoped
class OwnCalls {
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int AT_ONCE = 16;

    private final Preparation preparation;
    private final ProviderClient client;
    private final OpenStreams streams;
    private final long deadlineMillis;
    private final Semaphore places = new Semaphore(AT_ONCE);

    OwnCalls(Preparation preparation, ProviderClient client, OpenStreams streams, BrokerConfig config) {
        this.preparation = preparation;
        this.client = client;
        this.streams = streams;
        deadlineMillis = Math.min(LONGEST.toMillis(), config.firstByteTimeout().toMillis());
    }

    /**
     * Makes the call; blocks.
     *
     * @throws Problem as a call through the broker would be refused; {@code provider_timeout} 10 seconds at most after the use was committed, {@code overloaded}
     *     when many calls wait already
     */
    int status(BrokerRequest request, Map<String, String> headers) {
        if (!places.tryAcquire()) {
            throw new Problem(ErrorCode.OVERLOADED).retryAfter(1);
        }
        Promise<Integer> status = Promise.promise();
        try (OpenStreams.Ticket ticket = streams.register(
                        request.actor(),
                        request.started(),
                        () -> status.tryFail(new Problem(ProviderKeyErrors.MISSING)));
                Prepared prepared = preparation.prepare(request)) {
            return finish(status, prepared, ticket, request, headers);
        } finally {
            places.release();
        }
    }

    private int finish(
            Promise<Integer> status,
            Prepared prepared,
            OpenStreams.Ticket ticket,
            BrokerRequest request,
            Map<String, String> headers) {
        String cause = "not_sent";
        try {
            if (!ticket.uses(prepared.use().providerKey())) {
                throw new Problem(ProviderKeyErrors.MISSING);
            }
            prepared.destination()
                    .compose(found -> client.open(request, found))
                    .compose(opened -> send(opened, prepared, headers, status.future()))
                    .map(HttpClientResponse::statusCode)
                    .onComplete(status::tryComplete, status::tryFail);
            int answered = await(status);
            prepared.use().status(answered);
            cause = null;
            return answered;
        } catch (Problem e) {
            cause = e.code().code();
            throw e;
        } finally {
            prepared.use().end(cause);
        }
    }

    /** The answer's body is not waited for, and whatever ends the call ends the exchange. */
    private static Future<HttpClientResponse> send(
            HttpClientRequest opened, Prepared prepared, Map<String, String> headers, Future<Integer> status) {
        if (status.isComplete()) {
            var _ = opened.reset();
            return Future.failedFuture("ended meanwhile");
        }
        Exchange exchange = Exchange.begin(opened, prepared.injection());
        var _ = status.onComplete(over -> exchange.abandon(true));
        headers.forEach(opened::putHeader);
        opened.putHeader("Accept-Encoding", "identity");
        return opened.send();
    }

    private int await(Promise<Integer> status) {
        try {
            return status.future()
                    .timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            Problem problem = problem(e.getCause());
            status.tryFail(problem);
            throw problem;
        }
    }

    private static Problem problem(@Nullable Throwable cause) {
        return switch (Objects.requireNonNull(cause)) {
            case Problem problem -> problem;
            case TimeoutException late -> new Problem(BrokerErrors.TIMEOUT).causedBy(late);
            case Throwable failure -> new Problem(BrokerErrors.UNREACHABLE).causedBy(new ProviderFailure(failure));
        };
    }
}
