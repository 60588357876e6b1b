package ai.celune.ratelimit;

import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The exact limiter of many replicas: Valkey decides, and the local log, which counts along, takes its place while it is away. Each replica then
 * admits its share of each limit, counting what it admitted before, so nobody starts from zero.
 */
final class SharedLog {
    /** Beyond the window: by this much replicas may differ in when they see Valkey again. */
    private static final Duration DIFFERENCE = Duration.ofSeconds(5);

    /** Longer than a call may take: the first one of a process is slow. */
    private static final Duration FIRST_BEAT = Duration.ofSeconds(2);

    private static final String DISCONNECTED = "disconnected";

    private final String self;
    private final Duration deadline;
    private final Valkey valkey;
    private final Reliance reliance;
    private final OptionalInt configuredReplicas;
    private final Outages outages;
    private volatile int seen = 1;
    private volatile boolean known;

    /**
     * @param self names this replica
     * @param deadline of one call
     * @param replicas empty for as many as have sent heartbeats lately
     * @param longest window of any limit
     * @param nanos a monotonic clock of nanoseconds
     */
    SharedLog(
            Redis redis,
            UUID self,
            Duration deadline,
            OptionalInt replicas,
            Duration longest,
            LongSupplier nanos,
            Outages outages) {
        this.self = self.toString();
        this.deadline = deadline;
        this.valkey = new Valkey(redis, deadline, () -> lost(DISCONNECTED));
        this.reliance = new Reliance(nanos, longest.plus(DIFFERENCE));
        this.configuredReplicas = replicas;
        this.outages = outages;
    }

    /** Is told of outages, on any thread; must not block. */
    interface Outages {
        /** One call failed, for a reason that is a stable code. */
        void failed(String reason);

        /** From now on this many replicas share the limits. */
        void began(String reason, int replicas);

        void ended();
    }

    /** Takes one slot of every limit or none; never fails. {@code local} is the log that counts along. */
    Future<Decision> take(SlidingLog local, List<Limit> limits) {
        return switch (reliance.mode()) {
            case SHARED ->
                ask(limits)
                        .map(shared -> shared.allowed() ? shared.alsoIn(local.take(unbounded(limits))) : shared)
                        .otherwise(failure -> local.take(shares(limits)));
            case ALONE -> Future.succeededFuture(local.take(shares(limits)));
            case SETTLING -> settling(local, limits);
        };
    }

    private Future<Decision> settling(SlidingLog local, List<Limit> limits) {
        Decision here = local.take(shares(limits));
        if (!here.allowed()) {
            return Future.succeededFuture(here);
        }
        return ask(limits)
                .map(shared -> {
                    if (shared.allowed()) {
                        return shared.alsoIn(here);
                    }
                    local.giveBack(here);
                    return shared;
                })
                .otherwise(here);
    }

    private Future<Decision> ask(List<Limit> limits) {
        return valkey.take(limits).onSuccess(ignored -> reliance.answered()).onFailure(this::failed);
    }

    /** As {@link SlidingLog#giveBack}, in both logs. */
    void giveBack(SlidingLog local, Decision decision) {
        if (local.giveBack(decision)) {
            decision.sharedAt().ifPresent(takenAt -> valkey.giveBack(decision.limits(), takenAt));
        }
    }

    /** From then on the principal is {@link Decision#ended} on every replica that asks. Nobody waits for it: the database knows it, too. */
    void bury(String principal, Instant at) {
        valkey.bury(principal, at).onFailure(failure -> outages.failed("not_buried"));
    }

    /** Waits for a first heartbeat; where it fails this replica begins alone. */
    void start() {
        beat().onFailure(failure -> lost(reason(failure)))
                .otherwiseEmpty()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** Says that this replica lives, and learns whether Valkey does; once a second. */
    Future<Void> beat() {
        return valkey.beat(self, known ? deadline : FIRST_BEAT)
                .onSuccess(this::heard)
                .onFailure(this::failed)
                .mapEmpty();
    }

    private synchronized void heard(Valkey.Beat beat) {
        Reliance.Mode mode = reliance.mode();
        // Who knew this replica and does not any more was emptied, or is another server.
        boolean emptied = known && beat.unknown() && mode != Reliance.Mode.ALONE;
        known = true;
        // A server that has just come back may not have heard of the others yet.
        boolean complete = !emptied && mode == Reliance.Mode.SHARED;
        seen = complete ? beat.replicas() : Math.max(seen, beat.replicas());
        if (emptied) {
            lost("emptied");
        } else if (reliance.heard()) {
            outages.ended();
        }
    }

    private void failed(Throwable failure) {
        String reason = reason(failure);
        outages.failed(reason);
        if (reliance.failed()) {
            outages.began(reason, replicas());
        }
    }

    /** Not to be relied on from now on. */
    void lost(String reason) {
        if (reliance.lost()) {
            outages.began(reason, replicas());
        }
    }

    private static String reason(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "late";
        }
        return failure instanceof ErrorType error && !error.is("CONNECTION_CLOSED") ? "refused" : DISCONNECTED;
    }

    /** How many share the limits while they cannot ask. */
    int replicas() {
        return configuredReplicas.orElse(seen);
    }

    Reliance.Mode mode() {
        return reliance.mode();
    }

    void close() {
        valkey.close();
    }

    private List<Limit> shares(List<Limit> limits) {
        int among = replicas();
        return limits.stream().map(limit -> limit.share(among)).toList();
    }

    private static List<Limit> unbounded(List<Limit> limits) {
        return limits.stream().map(Limit::unbounded).toList();
    }
}
