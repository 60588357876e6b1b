package ai.celune.ratelimit;

import ai.celune.tenancy.Ids;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/** The limiter of one replica, with a clock of its own that stands still; what the server counts goes by the server's. */
final class Replica implements SharedLog.Outages {
    static final Duration MINUTE = Duration.ofMinutes(1);
    /** Long, because most tests are about numbers and machines are late now and then. */
    static final Duration PATIENT = Duration.ofSeconds(10);

    final List<String> told = Collections.synchronizedList(new ArrayList<>());
    final SharedLog shared;
    private final AtomicLong clock = new AtomicLong();
    private final SlidingLog local = new SlidingLog(clock::get);

    Replica(Redis redis, Duration deadline) {
        shared = new SharedLog(redis, Ids.next(), deadline, OptionalInt.empty(), MINUTE, clock::get, this);
        shared.start();
    }

    Decision take(Limit... limits) {
        return await(ask(limits));
    }

    Future<Decision> ask(Limit... limits) {
        return shared.take(local, List.of(limits));
    }

    void giveBack(Decision decision) {
        shared.giveBack(local, decision);
    }

    /** How many of so many calls are admitted. */
    int admitted(int calls, Limit limit) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            admitted += take(limit).allowed() ? 1 : 0;
        }
        return admitted;
    }

    /** A heartbeat; it is no matter here whether it is answered. */
    Reliance.Mode beat() {
        await(shared.beat().otherwiseEmpty());
        return shared.mode();
    }

    void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Override
    public void failed(String reason) {}

    @Override
    public void began(String reason, int replicas) {
        told.add("began: " + reason + ", " + replicas);
    }

    @Override
    public void ended() {
        told.add("ended");
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
