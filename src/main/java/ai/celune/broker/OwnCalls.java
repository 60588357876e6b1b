package ai.celune.broker;

import ai.celune.broker.Preparation.Prepared;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Small calls that Celune makes itself with a stored key; logged, guarded and scrubbed like those of agents, and read whole. */
@ApplicationScoped
class OwnCalls {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int LARGEST_ANSWER = 64 * 1024;

    private final Preparation preparation;
    private final ProviderClient client;

    OwnCalls(Preparation preparation, ProviderClient client) {
        this.preparation = preparation;
        this.client = client;
    }

    /** @param body without the secret */
    record Answer(int status, byte[] body) {}

    /**
     * Makes the call; blocks.
     *
     * @throws Problem as a call through the broker would be refused; {@code provider_timeout} after 10 seconds
     */
    Answer send(BrokerRequest request, Map<String, String> headers, Buffer body) {
        try (Prepared prepared = preparation.prepare(request)) {
            @Nullable String cause = "not_sent";
            try {
                Answer answer = exchange(prepared, request, headers, body);
                cause = null;
                return answer;
            } catch (Problem e) {
                cause = e.code().code();
                throw e;
            } finally {
                prepared.use().end(cause);
            }
        }
    }

    private Answer exchange(Prepared prepared, BrokerRequest request, Map<String, String> headers, Buffer body) {
        Future<HttpClientRequest> opened = prepared.destination().compose(found -> client.open(request, found));
        Future<Answer> answer = opened.compose(head -> {
            Exchange exchange = Exchange.begin(head, prepared.injection());
            headers.forEach(head::putHeader);
            head.putHeader("Accept-Encoding", "identity");
            prepared.use().received(body.length());
            return head.send(body)
                    .compose(found -> read(prepared, found))
                    .timeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(late -> exchange.abandon(true));
        });
        try {
            return answer.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw problem(e.getCause());
        }
    }

    private static Future<Answer> read(Prepared prepared, HttpClientResponse found) {
        prepared.use().status(found.statusCode());
        Buffer all = Buffer.buffer();
        found.handler(piece -> {
            if (all.length() + piece.length() > LARGEST_ANSWER) {
                throw new Problem(BrokerErrors.ANSWER_REFUSED);
            }
            prepared.use().answered(piece.length());
            all.appendBuffer(piece);
        });
        return found.end().map(ended -> {
            Buffer clean = Buffer.buffer(prepared.scrubber().process(all.getBytes()));
            return new Answer(
                    found.statusCode(),
                    clean.appendBytes(prepared.scrubber().finish()).getBytes());
        });
    }

    private static Problem problem(@Nullable Throwable cause) {
        Throwable failure = Objects.requireNonNull(cause);
        if (failure instanceof Problem problem) {
            return problem;
        }
        return failure instanceof TimeoutException
                ? new Problem(BrokerErrors.TIMEOUT)
                : new Problem(BrokerErrors.UNREACHABLE).causedBy(new ProviderFailure(failure));
    }
}
