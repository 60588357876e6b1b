package ai.celune.ratelimit;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The log that all replicas share, in Valkey or Redis: one script call decides, by the server's time. All calls of a replica go over one connection,
 * one after the other without waiting, so however many come at once, none waits for a connection.
 */
final class Valkey {
    private static final String PREFIX = "celune:limit:";
    /** How long a tombstone stands. */
    private static final Duration TOMBSTONE = Duration.ofDays(30);
    /** Of connecting, which no caller waits for. */
    private static final long CONNECTS_WITHIN_SECONDS = 2;
    /** A replica that has been silent for so long is gone. */
    private static final Duration GONE = Duration.ofSeconds(10);

    private final Script take = Script.take();
    private final Script beat = Script.beat();
    private final Redis redis;
    private final Duration deadline;
    private final Runnable lost;
    private volatile @Nullable RedisConnection connection;

    /**
     * @param deadline for one call
     * @param lost told when the connection is gone, and with it perhaps the server and what it knew
     */
    Valkey(Redis redis, Duration deadline, Runnable lost) {
        this.redis = redis;
        this.deadline = deadline;
        this.lost = lost;
    }

    /**
     * What Valkey says to a heartbeat.
     *
     * @param unknown whether it did not know of this replica
     * @param replicas that live, this one included
     */
    record Beat(boolean unknown, int replicas) {}

    /** As {@link SlidingLog#take}; fails when Valkey does not answer in time, or not as it should. */
    Future<Decision> take(List<Limit> limits) {
        List<String> keys = new ArrayList<>(limits.size());
        List<String> arguments = new ArrayList<>(2 * limits.size());
        for (Limit limit : limits) {
            keys.add(PREFIX + limit.key());
            arguments.add(Integer.toString(limit.count()));
            arguments.add(
                    Long.toString(TimeUnit.NANOSECONDS.toMicros(limit.window().toNanos())));
        }
        keys.add(tombstone(limits.getFirst().principal()));
        return run(take, keys, arguments, deadline).map(answer -> decision(answer, limits));
    }

    private static Decision decision(long[] answer, List<Limit> limits) {
        return new Decision(
                Decision.Outcome.of(answer[0]),
                limits.get((int) answer[1]),
                (int) answer[2],
                Math.max(1, Math.ceilDiv(answer[3], TimeUnit.SECONDS.toMicros(1))),
                limits,
                answer[4]);
    }

    /** Forgets an admitted call. Nobody waits for it: where it fails, a slot stays taken until its time is over. */
    void giveBack(List<Limit> limits, long takenAt) {
        RedisConnection open = connection;
        if (open != null) {
            // From the newest on, where it stands.
            limits.forEach(limit -> open.send(
                    Request.cmd(Command.LREM).arg(PREFIX + limit.key()).arg(-1).arg(takenAt)));
        }
    }

    /** Notes when a principal has ended for good. */
    Future<Void> bury(String principal, Instant at) {
        RedisConnection open = connection;
        return open == null
                ? Future.failedFuture("not connected")
                : open.send(Request.cmd(Command.SET)
                                .arg(tombstone(principal))
                                .arg(ChronoUnit.MICROS.between(Instant.EPOCH, at))
                                .arg("PX")
                                .arg(TOMBSTONE.toMillis()))
                        .mapEmpty();
    }

    private static String tombstone(String principal) {
        return PREFIX + principal + ":ended";
    }

    /** Connects if need be, and tells within some time that this replica lives. */
    Future<Beat> beat(String replica, Duration within) {
        String silence = Long.toString(TimeUnit.NANOSECONDS.toMicros(GONE.toNanos()));
        return connect()
                .compose(ignored -> run(beat, List.of(PREFIX + "replicas"), List.of(replica, silence), within))
                .map(answer -> new Beat(answer[0] == 1, (int) answer[1]));
    }

    private Future<long[]> run(Script script, List<String> keys, List<String> arguments, Duration within) {
        RedisConnection open = connection;
        return open == null
                ? Future.failedFuture("not connected")
                : script.run(open, keys, arguments).timeout(within.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Future<Void> connect() {
        if (connection != null) {
            return Future.succeededFuture();
        }
        return redis.connect()
                .onSuccess(this::use)
                .timeout(CONNECTS_WITHIN_SECONDS, TimeUnit.SECONDS)
                .mapEmpty();
    }

    /** One that comes when another is in use, because it came late, is closed. */
    private synchronized void use(RedisConnection fresh) {
        if (connection != null) {
            fresh.close();
            return;
        }
        fresh.endHandler(ended -> gone(fresh)).exceptionHandler(failure -> gone(fresh));
        connection = fresh;
    }

    private synchronized void gone(RedisConnection ended) {
        if (ended.equals(connection)) {
            connection = null;
            lost.run();
        }
    }

    void close() {
        RedisConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
