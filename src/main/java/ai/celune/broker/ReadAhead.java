package ai.celune.broker;

import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * The beginning of a request's body, kept until the provider's answer begins: rules ask what model it names, and one that is here whole can be sent again
 * with another key. Only JSON is read ahead; nothing else names a model where it can be found.
 */
final class ReadAhead {
    private static final Pattern JSON =
            Pattern.compile("\\s*application/([a-z.-]+\\+)?json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    private final HttpServerRequest request;
    private final BrokerConfig limits;
    private final AtomicLong held;
    private Buffer bytes = Buffer.buffer();
    private boolean whole;
    private boolean released;

    /**
     * Of a paused request.
     *
     * @param held bytes that all calls hold now
     */
    ReadAhead(HttpServerRequest request, boolean hasBody, BrokerConfig limits, AtomicLong held) {
        this.request = request;
        this.limits = limits;
        this.held = held;
        whole = !hasBody;
    }

    /** Whether there is something to wait for. */
    boolean isNeeded() {
        String type = request.getHeader("Content-Type");
        return !whole
                && type != null
                && JSON.matcher(type).matches()
                && !request.headers().contains("Content-Encoding");
    }

    /**
     * Reads until the body has ended or is longer than what is read ahead; the request is paused then.
     *
     * @param onPiece when something has come
     * @return fails with a {@link Problem} when all calls hold too much
     */
    Future<Void> read(Runnable onPiece) {
        Promise<Void> done = Promise.promise();
        request.handler(piece -> {
            if (released) {
                return;
            }
            onPiece.run();
            bytes.appendBuffer(piece);
            if (held.addAndGet(piece.length()) > limits.readAheadTotal()) {
                done.tryFail(new Problem(ErrorCode.OVERLOADED).retryAfter(1));
            } else if (bytes.length() > Math.min(limits.readAhead(), limits.maxRequestBody())) {
                request.pause();
                done.tryComplete();
            }
        });
        request.endHandler(end -> {
            whole = true;
            done.tryComplete();
        });
        request.resume();
        return done.future();
    }

    /** Whether there is no body at all. */
    boolean isEmpty() {
        return whole && bytes.length() == 0;
    }

    /** Whether all of the body is here. */
    boolean isWhole() {
        return whole && !released;
    }

    Buffer bytes() {
        return bytes;
    }

    /** Nobody asks for it any more. */
    void release() {
        if (!released) {
            released = true;
            held.addAndGet(-bytes.length());
            bytes = Buffer.buffer();
        }
    }
}
