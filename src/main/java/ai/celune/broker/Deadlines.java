package ai.celune.broker;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/** The clocks of one call: one for the whole, one for whatever is awaited next. Used on the call's event loop. */
final class Deadlines {
    private final Vertx vertx;
    private final Consumer<String> onExpiry;
    private final long whole;
    private long credential = -1;
    private long within;
    private long since;
    private long next = -1;
    private boolean over;

    /** @param onExpiry gets {@code deadline}, {@code credential_ended} or {@code provider_timeout} */
    Deadlines(Vertx vertx, Duration whole, Consumer<String> onExpiry) {
        this.vertx = vertx;
        this.onExpiry = onExpiry;
        this.whole = vertx.setTimer(whole.toMillis(), fired -> onExpiry.accept("deadline"));
    }

    /** The call does not outlive its credential. */
    void credentialEndsIn(Duration time) {
        credential = vertx.setTimer(Math.max(1, time.toMillis()), fired -> onExpiry.accept("credential_ended"));
    }

    /** From now on something must happen within that time, again and again. */
    void expect(Duration time) {
        within = time.toNanos();
        since = System.nanoTime();
        if (next >= 0) {
            vertx.cancelTimer(next);
        }
        arm(within);
    }

    /** What is awaited next has a deadline of its own. */
    void expectNothing() {
        vertx.cancelTimer(next);
        next = -1;
    }

    /** Something happened. Costs no timer: the one that runs looks again when it fires. */
    void progress() {
        since = System.nanoTime();
    }

    void cancel() {
        over = true;
        vertx.cancelTimer(whole);
        vertx.cancelTimer(credential);
        vertx.cancelTimer(next);
    }

    private void arm(long nanos) {
        next = vertx.setTimer(Math.max(1, Duration.ofNanos(nanos).toMillis()), fired -> {
            long left = within - (System.nanoTime() - since);
            if (over) {
                return;
            }
            if (left > 0) {
                arm(left);
            } else {
                onExpiry.accept("provider_timeout");
            }
        });
    }
}
