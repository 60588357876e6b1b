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

    Upload(HttpServerRequest from, HttpClientRequest to, long most) {
        this.from = from;
        this.to = to;
        this.most = most;
    }

    /**
     * Starts the flow.
     *
     * @param onPiece gets the size of each piece
     * @param onEnd when the whole body has been handed on
     * @param onRefusal gets the reason when the body grows too large
     */
    void start(IntConsumer onPiece, Runnable onEnd, Consumer<Problem> onRefusal) {
        from.handler(piece -> take(piece, onPiece, onRefusal));
        from.endHandler(ended -> {
            var _ = to.end();
            onEnd.run();
        });
        from.resume();
    }

    /** What still comes is thrown away. */
    void stop() {
        from.handler(ignored -> {});
        from.endHandler(ignored -> {});
    }

    private void take(Buffer piece, IntConsumer onPiece, Consumer<Problem> onRefusal) {
        sum += piece.length();
        if (sum > most) {
            stop();
            onRefusal.accept(new Problem(ErrorCode.BODY_TOO_LARGE));
            return;
        }
        onPiece.accept(piece.length());
        var _ = to.write(piece);
        if (to.writeQueueFull()) {
            from.pause();
            to.drainHandler(drained -> from.resume());
        }
    }
}
