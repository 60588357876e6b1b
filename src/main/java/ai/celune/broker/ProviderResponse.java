package ai.celune.broker;

import io.netty.handler.codec.compression.DecompressionException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The provider's answer on its way to the caller: each piece as it comes, decoded, without the secret, no faster than the caller reads. */
final class ProviderResponse {
    private static final byte[] NOTHING = {};

    private final HttpClientResponse from;
    private final HttpServerResponse to;
    private final Scrubber scrubber;
    private final Meter meter;
    private final long most;
    private @Nullable Decoding decoding;
    private Buffer left = Buffer.buffer();
    private long sum;
    private boolean paused;
    private boolean unread;
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
     * @param onPiece gets the size of each piece as it came
     * @param onEnd when the whole body has come, just before its end is written
     * @param onRefusal gets why when it grows too large or its encoding is broken; nothing is written after that
     */
    void start(HttpMethod method, IntConsumer onPiece, Runnable onEnd, Consumer<String> onRefusal) {
        int status = from.statusCode();
        boolean hasBody = !method.equals(HttpMethod.HEAD) && status != 204 && status != 304;
        boolean encoded = Decoding.isNeeded(from.headers());
        if (!unread) {
            begin(status, hasBody, encoded);
        }
        meter.begin(from.getHeader("Content-Type"));
        if (hasBody) {
            if (encoded) {
                decoding = Decoding.of(from.headers());
            }
            from.handler(piece -> {
                if (!stopped) {
                    onPiece.accept(piece.length());
                    left = piece;
                    flow(onRefusal);
                }
            });
        }
        from.endHandler(ended -> {
            if (!stopped) {
                byte[] rest = hasBody ? scrubber.finish() : NOTHING;
                meter.read(rest);
                onEnd.run();
                if (!unread) {
                    var _ = to.end(Buffer.buffer(rest));
                }
            }
        });
    }

    private void begin(int status, boolean hasBody, boolean encoded) {
        to.setStatusCode(status);
        ResponseHeaders.copy(from.headers(), to.headers(), scrubber);
        String length = from.getHeader("Content-Length");
        if (length != null && status != 204 && !encoded) {
            to.putHeader("Content-Length", length);
        }
        if (hasBody) {
            if (length == null || encoded) {
                to.setChunked(true);
            }
            var _ = to.writeHead();
        }
    }

    void stop() {
        stopped = true;
        if (decoding != null) {
            decoding.close();
            decoding = null;
        }
    }

    /** Nobody reads it any more; what comes is only metered. */
    void discard(Consumer<String> onRefusal) {
        unread = true;
        flow(onRefusal);
    }

    /** Passes on what has come until the caller must read first; then nothing more comes until all of it has gone. */
    private void flow(Consumer<String> onRefusal) {
        while (left.length() > 0 && !stopped) {
            if (!unread && to.writeQueueFull()) {
                from.pause();
                paused = true;
                to.drainHandler(drained -> flow(onRefusal));
                return;
            }
            pass(onRefusal);
        }
        if (paused) {
            paused = false;
            from.resume();
        }
    }

    private void pass(Consumer<String> onRefusal) {
        byte[] some;
        try {
            some = next();
        } catch (DecompressionException e) {
            onRefusal.accept(BrokerErrors.ANSWER_REFUSED.code());
            return;
        }
        sum += some.length;
        if (sum > most) {
            onRefusal.accept("answer_too_large");
            return;
        }
        byte[] clean = scrubber.process(some);
        if (clean.length > 0) {
            if (!unread) {
                var _ = to.write(Buffer.buffer(clean));
            }
            meter.read(clean);
        }
    }

    private byte[] next() {
        if (decoding == null) {
            byte[] all = left.getBytes();
            left = Buffer.buffer();
            return all;
        }
        int step = Math.min(Decoding.STEP, left.length());
        byte[] encoded = left.getBytes(0, step);
        left = left.slice(step, left.length());
        return decoding.decode(encoded);
    }
}
