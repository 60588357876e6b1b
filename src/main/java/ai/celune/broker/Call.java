package ai.celune.broker;

import ai.celune.broker.Destinations.Destination;
import ai.celune.broker.Preparation.Prepared;
import ai.celune.providerkey.ProviderKeyErrors;
import ai.celune.web.Problem;
import ai.celune.web.Refusals;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One call from its preparation to its end, on the event loop of its request. It ends exactly once: with the whole answer, with a refusal while nothing
 * is answered yet, or broken off; whatever ends it also stops the provider, wipes the secret, and stores the end of the use.
 */
final class Call {
    private static final String CLIENT_ABORTED = "client_aborted";
    private static final String CREDENTIAL_ENDED = "credential_ended";

    private final RoutingContext routing;
    private final Context loop;
    private final HttpServerRequest inbound;
    private final HttpServerResponse outbound;
    private final BrokerRequest request;
    private final ReadAhead body;
    private final Attempts attempts;
    private final ProviderClient client;
    private final BrokerConfig limits;
    private final Refusals refusals;
    private final Deadlines deadlines;
    private final Meter meter;
    private OpenStreams.@Nullable Ticket ticket;
    private @Nullable Prepared prepared;
    private @Nullable Exchange upstream;
    private @Nullable ProviderResponse answer;
    private @Nullable Upload upload;
    private final Set<UUID> tried = new HashSet<>();
    private boolean reading;
    private boolean uploaded;
    private boolean left;
    private boolean told;
    private @Nullable String ended;

    /** Picks a key that was not tried and prepares its use; blocks. */
    interface Attempts {
        Prepared next(Set<UUID> tried);
    }

    Call(
            RoutingContext routing,
            BrokerRequest request,
            ReadAhead body,
            Attempts attempts,
            ProviderClient client,
            BrokerConfig limits,
            Refusals refusals) {
        this.routing = routing;
        this.request = request;
        this.body = body;
        this.attempts = attempts;
        this.client = client;
        this.limits = limits;
        this.refusals = refusals;
        loop = routing.vertx().getOrCreateContext();
        inbound = routing.request();
        outbound = routing.response();
        uploaded = !request.hasBody();
        meter = new Meter(request.provider(), request.target().path());
        deadlines = new Deadlines(routing.vertx(), limits.deadline(), this::expired);
    }

    /** Registers the call; from here on it must be ended. */
    void begin(OpenStreams streams, Instant now) {
        try {
            ticket = streams.register(
                    request.actor(), request.started(), () -> loop.runOnContext(ended -> breakOff(CREDENTIAL_ENDED)));
        } catch (RuntimeException e) {
            deadlines.cancel();
            throw e;
        }
        Instant expiry = request.actor().expiresAt();
        if (expiry != null && now.plus(limits.deadline()).isAfter(expiry)) {
            deadlines.credentialEndsIn(Duration.between(now, expiry));
        }
        inbound.exceptionHandler(failure -> callerLeft());
        routing.addEndHandler(end -> {
            if (end.failed()) {
                callerLeft();
            }
        });
        if (body.isNeeded()) {
            reading = true;
            continueExpected();
            deadlines.expect(limits.idleTimeout());
            body.read(deadlines::progress).onComplete(read -> prepare(), this::refuse);
        } else {
            prepare();
        }
    }

    private void prepare() {
        if (ended == null) {
            reading = false;
            deadlines.expectNothing();
            attempt().onComplete(this::send, this::refuse);
        }
    }

    private Future<@Nullable Prepared> attempt() {
        return routing.vertx().executeBlocking(() -> attempts.next(tried), false);
    }

    /** Sends what is prepared, unless the call has ended meanwhile. */
    private void send(Prepared ready) {
        if (ended != null) {
            ready.close();
            ready.use().end(ended);
            return;
        }
        prepared = ready;
        if (ticket != null && !ticket.uses(ready.use().secret())) {
            refuse(new Problem(ProviderKeyErrors.MISSING));
            return;
        }
        ready.destination().onComplete(found -> dial(ready, found), this::refuse);
    }

    private void dial(Prepared ready, Destination destination) {
        if (ended == null) {
            client.open(request.method(), request.target().pathAndQuery(), destination)
                    .onComplete(opened -> forward(ready, opened), this::refuse);
        }
    }

    private void forward(Prepared ready, HttpClientRequest opened) {
        opened.exceptionHandler(failure -> providerFailed(ready, failure));
        if (ended != null) {
            var _ = opened.reset();
            return;
        }
        upstream = Exchange.begin(opened, ready.injection());
        opened.response().onComplete(head -> answer(ready, head), failure -> providerFailed(ready, failure));
        RequestHeaders.copy(inbound.headers(), opened.headers());
        if (!body.isWhole()) {
            upload(ready, opened);
            return;
        }
        inbound.resume();
        uploaded = true;
        ready.use().received(body.bytes().length());
        var _ = request.hasBody() ? opened.end(body.bytes()) : opened.end();
        deadlines.expect(limits.firstByteTimeout());
    }

    private void upload(Prepared ready, HttpClientRequest opened) {
        if (request.length() > 0) {
            opened.putHeader("Content-Length", Long.toString(request.length()));
        } else {
            opened.setChunked(true);
        }
        if (body.bytes().length() == 0) {
            continueExpected();
        }
        deadlines.expect(limits.idleTimeout());
        var _ = opened.sendHead();
        upload = new Upload(inbound, opened, limits.maxRequestBody());
        upload.start(
                body.bytes(),
                size -> {
                    ready.use().received(size);
                    deadlines.progress();
                },
                () -> {
                    uploaded = true;
                    deadlines.expect(answer == null ? limits.firstByteTimeout() : limits.idleTimeout());
                },
                this::refuse);
        body.release();
    }

    private void continueExpected() {
        if ("100-continue".equalsIgnoreCase(inbound.getHeader("Expect"))) {
            outbound.writeContinue();
        }
    }

    private void answer(Prepared ready, HttpClientResponse head) {
        if (ended != null) {
            return;
        }
        ready.use().status(head.statusCode());
        head.exceptionHandler(failure -> providerFailed(ready, failure));
        int status = head.statusCode();
        boolean another = status == 401 || status == 429 || status >= 500;
        if (another && !left && ready.use().hasNext() && body.isWhole()) {
            head.pause();
            deadlines.expectNothing();
            tried.add(ready.use().secret());
            attempt().onComplete(next -> change(ready, next), none -> {
                tried.remove(ready.use().secret());
                passOn(ready, head);
            });
        } else {
            passOn(ready, head);
        }
    }

    /** Goes on with another key; the provider's answer to the one before is thrown away. */
    private void change(Prepared before, Prepared next) {
        if (ended == null) {
            if (upstream != null) {
                upstream.abandon(true);
            }
            before.close();
            before.use().end(null);
        }
        send(next);
    }

    private void passOn(Prepared ready, HttpClientResponse head) {
        if (ended != null) {
            return;
        }
        body.release();
        ProviderResponse incoming =
                new ProviderResponse(head, outbound, ready.scrubber(), meter, limits.maxAnswerBody());
        if (!incoming.isAcceptable()) {
            refuse(new Problem(BrokerErrors.ANSWER_REFUSED));
            return;
        }
        answer = incoming;
        if (left) {
            incoming.discard(this::breakOff);
        }
        deadlines.expect(limits.idleTimeout());
        incoming.start(
                request.method(),
                size -> {
                    ready.use().answered(size);
                    deadlines.progress();
                },
                () -> {
                    told = true;
                    end(left ? CLIENT_ABORTED : null);
                },
                this::breakOff);
        head.resume();
    }

    private void providerFailed(Prepared ready, Throwable failure) {
        if (tried.contains(ready.use().secret())) {
            return;
        }
        if (answer == null) {
            refuse(new Problem(BrokerErrors.UNREACHABLE).causedBy(new ProviderFailure(failure)));
        } else {
            breakOff(BrokerErrors.UNREACHABLE.code());
        }
    }

    private void callerLeft() {
        if (prepared == null || upstream == null || !uploaded || !prepared.use().drains()) {
            breakOff(CLIENT_ABORTED);
        } else if (!left) {
            left = true;
            if (answer != null) {
                answer.discard(this::breakOff);
            }
        }
    }

    private void expired(String cause) {
        if (cause.equals(CREDENTIAL_ENDED)) {
            breakOff(cause);
            return;
        }
        boolean awaitsBody = reading || (!uploaded && upstream != null && !upstream.isFull());
        boolean awaitsReader = answer != null && !left && outbound.writeQueueFull();
        if (awaitsBody || awaitsReader) {
            breakOff("client_stalled");
        } else if (answer == null) {
            refuse(new Problem(BrokerErrors.TIMEOUT));
        } else {
            breakOff(cause);
        }
    }

    /** Answers a problem in place of the provider's answer. */
    private void refuse(Throwable failure) {
        if (end(failure instanceof Problem problem ? problem.code().code() : "not_sent") && !left) {
            Refused.answer(routing, refusals, failure);
        }
    }

    private void breakOff(String cause) {
        if (end(cause)) {
            Connections.breakOff(inbound);
        }
    }

    /** @return false when the call has ended before */
    private boolean end(@Nullable String cause) {
        if (ended != null) {
            return false;
        }
        ended = cause == null ? "answered" : cause;
        deadlines.cancel();
        body.release();
        if (ticket != null) {
            ticket.close();
        }
        if (upload != null) {
            // A request that ends now would free its connection for others, and then be reset.
            upload.stop();
        }
        if (answer != null) {
            answer.stop();
        }
        if (upstream != null && (cause != null || !uploaded)) {
            upstream.abandon(uploaded);
        }
        if (cause == null && !uploaded) {
            // Answered before the whole request had come: the rest has no reader.
            Refused.drain(routing);
        }
        if (prepared != null) {
            prepared.close();
            prepared.use().end(cause, meter.told(cause != null && upstream != null && !told));
        }
        return true;
    }
}
