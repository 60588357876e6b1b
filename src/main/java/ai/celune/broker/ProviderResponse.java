package ai.celune.broker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.IntConsumer;

/** The provider's answer on its way to the caller: each piece as it comes, without the secret, no faster than the caller reads. */
final class ProviderResponse {
    private static final byte[] NOTHING = {};

    private final HttpClientResponse from;
    private final HttpServerResponse to;
    private final Scrubber scrubber;
    private final Meter meter;
    private final long most;
    private long sum;
    private boolean stopped;

    ProviderResponse(HttpClientResponse from, HttpServerResponse to, Scrubber scrubber, Meter meter, long most) {
        this.from = from;
        this.to = to;
        this.scrubber = scrubber;
        this.meter = meter;
        this.most = most;
    }

    /** Whether it can be passed on at all; nothing is written yet. */
    boolean isAcceptable() {
        String length = from.getHeader("Content-Length");
        return ResponseHeaders.isReadable(from.statusCode(), from.headers())
                && (length == null || (length.matches("[0-9]{1,18}") && Long.parseLong(length) <= most));
    }

    /**
     * Writes the head and starts the flow.
     *
     * @param onPiece gets the size of each piece
     * @param onEnd when the whole body has come, just before its end is written
     * @param onTooLarge when it grows too large; nothing is written after that
     */
    void start(HttpMethod method, IntConsumer onPiece, Runnable onEnd, Runnable onTooLarge) {
        int status = from.statusCode();
        to.setStatusCode(status);
        ResponseHeaders.copy(from.headers(), to.headers(), scrubber);
        String length = from.getHeader("Content-Length");
        if (length != null && status != 204) {
            to.putHeader("Content-Length", length);
        }
        meter.begin(from.getHeader("Content-Type"));
        boolean hasBody = !method.equals(HttpMethod.HEAD) && status != 204 && status != 304;
        if (hasBody) {
            if (length == null) {
                to.setChunked(true);
            }
            from.handler(piece -> take(piece, onPiece, onTooLarge));
            var _ = to.writeHead();
        }
        from.endHandler(ended -> {
            if (!stopped) {
                byte[] rest = hasBody ? scrubber.finish() : NOTHING;
                meter.read(rest);
                onEnd.run();
                var _ = to.end(Buffer.buffer(rest));
            }
        });
    }

    void stop() {
        stopped = true;
    }

    private void take(Buffer piece, IntConsumer onPiece, Runnable onTooLarge) {
        if (stopped) {
            return;
        }
        sum += piece.length();
        if (sum > most) {
            onTooLarge.run();
            return;
        }
        onPiece.accept(piece.length());
        byte[] clean = scrubber.process(piece.getBytes());
        if (clean.length > 0) {
            var _ = to.write(Buffer.buffer(clean));
            meter.read(clean);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(drained -> from.resume());
            }
        }
    }
}
