package ai.celune.broker;

import ai.celune.broker.Preparation.Prepared;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that Celune makes itself with a stored secret, for the caller of the current request; logged, guarded and ended like those of agents. Each holds a
 * thread, so there are few at a time: a provider that does not answer must not take the threads that everything else runs on.
 */
@ApplicationScoped
public class OwnCalls {
    /** After which a call has ended, whatever happens to it. */
    public static final Duration LONGEST = Duration.ofSeconds(10);

    private static final int AT_ONCE = 16;

    private final Preparation preparation;
    private final ProviderClient client;
    private final OpenStreams streams;
    private final CurrentVertxRequest request;
    private final long deadlineMillis;
    private final Semaphore places = new Semaphore(AT_ONCE);

    OwnCalls(
            Preparation preparation,
            ProviderClient client,
            OpenStreams streams,
            CurrentVertxRequest request,
            BrokerConfig config) {
        this.preparation = preparation;
        this.client = client;
        this.streams = streams;
        this.request = request;
        deadlineMillis = Math.min(LONGEST.toMillis(), config.firstByteTimeout().toMillis());
    }

    /**
     * Makes the call; blocks.
     *
     * @param use commits the use to the log
     * @param reading what the answer means; a problem that it throws is how the use ended
     * @throws Problem as a call through the broker would be refused; {@code provider_timeout} 10 seconds at most after the use was committed, {@code overloaded}
     *     when many calls wait already
     */
    public <T> T make(OwnCall call, Supplier<CommittedUse> use, Function<OwnAnswer, T> reading) {
        if (!places.tryAcquire()) {
            throw new Problem(ErrorCode.OVERLOADED).retryAfter(1);
        }
        RoutingContext context = request.getCurrent();
        Actor actor = Objects.requireNonNull(CurrentRequest.actorOf(context));
        long started = BrokerRequest.started(context);
        Promise<Received> received = Promise.promise();
        try (OpenStreams.Ticket ticket =
                        streams.register(actor, started, () -> received.tryFail(new Problem(call.ended())));
                Prepared prepared = preparation.prepare(use.get(), started)) {
            return finish(call, received, prepared, ticket, reading);
        } finally {
            places.release();
        }
    }

    /** An answer as it came: what the provider sent back of the secret is still in it. */
    private record Received(int status, MultiMap headers, Buffer body) {}

    private <T> T finish(
            OwnCall call,
            Promise<Received> received,
            Prepared prepared,
            OpenStreams.Ticket ticket,
            Function<OwnAnswer, T> reading) {
        // Whether the provider may have done what it was asked.
        AtomicBoolean effect = new AtomicBoolean();
        Received answered = null;
        String cause = "not_sent";
        try {
            if (!ticket.uses(prepared.use().secret())) {
                throw new Problem(call.ended());
            }
            HttpMethod method = call.body() == null ? HttpMethod.GET : HttpMethod.POST;
            prepared.destination()
                    .compose(found -> client.open(method, prepared.injection().target(call.target()), found))
                    .compose(opened -> send(call, opened, prepared, received.future(), effect))
                    .onComplete(received::tryComplete, received::tryFail);
            answered = await(received);
            prepared.use().status(answered.status());
            prepared.use().answered(answered.body().length());
            T result = reading.apply(scrubbed(answered, prepared.scrubber()));
            cause = null;
            return result;
        } catch (Problem e) {
            cause = e.code().code();
            boolean known = answered != null && e.code().status() < 500;
            throw effect.get() && !known ? e.afterEffect() : e;
        } finally {
            prepared.use().end(cause);
        }
    }

    /**
     * Whatever ends the call ends the exchange. Who reads the answer is there before anything is sent, and on the request's own context: to another one its head would
     * come late, when the body may have gone by.
     */
    private static Future<Received> send(
            OwnCall call,
            HttpClientRequest opened,
            Prepared prepared,
            Future<Received> received,
            AtomicBoolean effect) {
        if (received.isComplete()) {
            var _ = opened.reset();
            return Future.failedFuture("ended meanwhile");
        }
        Exchange exchange = Exchange.begin(opened, prepared.injection());
        var _ = received.onComplete(over -> exchange.abandon(true));
        call.headers().forEach(opened::putHeader);
        opened.putHeader("Accept-Encoding", "identity");
        Future<Received> answer = opened.response().compose(head -> receive(head, call.mostAnswer()));
        byte[] body = call.body();
        if (body == null) {
            var _ = opened.end();
        } else {
            effect.set(true);
            prepared.use().received(body.length);
            var _ = opened.end(Buffer.buffer(body));
        }
        return answer;
    }

    private static Future<Received> receive(HttpClientResponse head, int most) {
        Buffer body = Buffer.buffer();
        Received received = new Received(head.statusCode(), head.headers(), body);
        if (most == 0) {
            return Future.succeededFuture(received);
        }
        if (!ResponseHeaders.isReadable(head.statusCode(), head.headers()) || Decoding.isNeeded(head.headers())) {
            return Future.failedFuture(new Problem(BrokerErrors.ANSWER_REFUSED));
        }
        Promise<Received> whole = Promise.promise();
        head.exceptionHandler(whole::tryFail);
        head.handler(piece -> {
            if (body.length() + piece.length() > most) {
                whole.tryFail(new Problem(BrokerErrors.ANSWER_REFUSED));
            } else {
                body.appendBuffer(piece);
            }
        });
        head.endHandler(end -> whole.tryComplete(received));
        return whole.future();
    }

    private static OwnAnswer scrubbed(Received received, Scrubber scrubber) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        received.headers().forEach((name, value) -> headers.add(name, scrubber.scrubHeader(value)));
        Buffer body =
                Buffer.buffer(scrubber.process(received.body().getBytes())).appendBytes(scrubber.finish());
        return new OwnAnswer(received.status(), headers, body.getBytes());
    }

    private Received await(Promise<Received> received) {
        try {
            return received.future()
                    .timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            Problem problem = problem(e.getCause());
            received.tryFail(problem);
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
