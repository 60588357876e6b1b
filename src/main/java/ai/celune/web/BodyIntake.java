package ai.celune.web;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * Takes a body in on the event loop, bounded in size and time, before a worker thread sees the request: who sends slowly holds a connection and
 * nothing else. The broker streams its bodies itself.
 */
@ApplicationScoped
class BodyIntake {
    /** Every route but the broker's takes small JSON documents. */
    static final int MAX_BODY = 64 * 1024;

    private static final long MAX_MILLIS = 10_000;
    private static final Set<HttpMethod> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final Refusals refusals;

    BodyIntake(Refusals refusals) {
        this.refusals = refusals;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, HandlerOrder.BODY);
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        // Ended already: the caller hung up while the credential was looked up, and nothing more comes.
        if (WITH_BODY.contains(request.method())
                && !RequestGate.isProxied(context)
                && !request.isEnded()
                && !"0".equals(request.getHeader(HttpHeaders.CONTENT_LENGTH))) {
            new Intake(context).start();
        } else {
            context.next();
        }
    }

    /** One body on its way in. All of it happens on the event loop of its request. */
    private final class Intake {
        private final RoutingContext context;
        private final HttpServerRequest request;
        private final Buffer body = Buffer.buffer();
        private final long timer;
        private boolean refused;

        Intake(RoutingContext context) {
            this.context = context;
            request = context.request();
            timer = context.vertx().setTimer(MAX_MILLIS, fired -> late());
        }

        void start() {
            context.addEndHandler(answered -> wipe());
            request.exceptionHandler(gone -> context.vertx().cancelTimer(timer));
            request.handler(this::take);
            request.endHandler(ended -> end());
            request.resume();
        }

        private void take(Buffer piece) {
            if (refused) {
                return;
            }
            if (body.length() + piece.length() > MAX_BODY) {
                refuse(new Problem(ErrorCode.BODY_TOO_LARGE));
            } else {
                body.appendBuffer(piece);
                if (isHttp2() && isWhole()) {
                    // The REST layer pauses each request, which Vert.x allows by HTTP/2 only before the request has
                    // ended.
                    request.pause();
                    request.endHandler(null);
                    handOn();
                }
            }
        }

        private boolean isHttp2() {
            return request.version() == HttpVersion.HTTP_2;
        }

        private boolean isWhole() {
            return Integer.toString(body.length()).equals(request.getHeader(HttpHeaders.CONTENT_LENGTH));
        }

        private void end() {
            if (!isHttp2()) {
                handOn();
                return;
            }
            context.vertx().cancelTimer(timer);
            if (!refused) {
                // See take: too late to hand it on. Clients say the length of what is not streamed.
                refuse(Problem.invalid("Content-Length", "required", "is needed by HTTP/2"));
            }
        }

        private void handOn() {
            context.vertx().cancelTimer(timer);
            if (!refused) {
                ((RoutingContextInternal) context).setBody(body);
                context.next();
            }
        }

        /** Somebody who was refused already has had until now to stop sending. */
        private void late() {
            if (refused) {
                request.connection().close();
            } else {
                context.addEndHandler(answered -> request.connection().close());
                refuse(new Problem(ErrorCode.REQUEST_TIMEOUT));
            }
        }

        private void refuse(Problem problem) {
            refused = true;
            refusals.answer(context, problem);
        }

        /** It may hold a secret. */
        private void wipe() {
            body.setBytes(0, new byte[body.length()]);
        }
    }
}
