package ai.celune.broker;

import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The caller's body on its way to the provider, piece by piece, no faster than the provider reads. */
final class Upload {
    private final HttpServerRequest from;
    private final HttpClientRequest to;
    private final long most;
    private long sum;
    private boolean paused;
    private boolean stopped;

    Upload(HttpServerRequest from, HttpClientRequest to, long most) {
        this.from = from;
        this.to = to;
        this.most = most;
    }

    /**
     * Starts the flow.
     *
     * @param first what was read ahead
     * @param onPiece gets the size of each piece
     * @param onEnd when the whole body has been handed on
     * @param onRefusal gets the reason when the body grows too large; it must stop the flow
     */
    void start(Buffer first, IntConsumer onPiece, Runnable onEnd, Consumer<Problem> onRefusal) {
        from.handler(piece -> take(piece, onPiece, onRefusal));
        from.endHandler(ended -> {
            if (!stopped) {
                var _ = to.end();
                onEnd.run();
            }
        });
        if (first.length() > 0) {
            take(first, onPiece, onRefusal);
        }
        if (!paused) {
            from.resume();
        }
    }

    /** What still comes is thrown away, and the request to the provider gets no end. */
    void stop() {
        stopped = true;
    }

    private void take(Buffer piece, IntConsumer onPiece, Consumer<Problem> onRefusal) {
        if (stopped) {
            return;
        }
        sum += piece.length();
        if (sum > most) {
            onRefusal.accept(new Problem(ErrorCode.BODY_TOO_LARGE));
            return;
        }
        onPiece.accept(piece.length());
        var _ = to.write(piece);
        if (to.writeQueueFull()) {
            paused = true;
            from.pause();
            to.drainHandler(drained -> from.resume());
        }
    }
}
