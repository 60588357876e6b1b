package ai.celune.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.packaged.Programs;
import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.RealServers;
import ai.celune.support.TestRedis;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Row 7 of the performance page: our limiter, asked by event loops as the service asks it, against redis-benchmark with the same script on the same keys.
 * Both keep 50 calls going.
 */
class LimiterBench {
    private static final int AT_ONCE = 50;
    private static final int LOOPS = 2;
    private static final int CALLS = 100_000;
    private static final int KEYS = 100_000;
    private static final Pattern RATE = Pattern.compile("([0-9.]+) requests per second");

    @Test
    void limiter() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (TestRedis redis = TestRedis.start()) {
            Replica replica = new Replica(redis.connectTo(), Replica.PATIENT);
            Replica other = new Replica(redis.connectTo(), Replica.PATIENT);
            assertNoOverGrant(vertx, replica, other);
            Comparison comparison = new Comparison(
                    "One decision of the limiter, 50 at once, Redis 7.0",
                    "decisions/s",
                    "CPU µs per decision",
                    "of which Redis",
                    "of which client");
            String program = RealServers.program("redis-benchmark");
            comparison.arm("redis-benchmark, 50 connections", () -> benchmark(program, redis, AT_ONCE, 1));
            comparison.arm("redis-benchmark, one connection", () -> benchmark(program, redis, 1, AT_ONCE));
            comparison.arm("Celune", () -> {
                long self = ProcessHandle.current().pid();
                double server = Machine.cpuMicros(redis.pid());
                double both = Machine.cpuMicros(self);
                long begin = System.nanoTime();
                Random random = new Random();
                ask(vertx, List.of(replica), CALLS, AT_ONCE, () -> limit(random.nextInt(KEYS)));
                double seconds = (System.nanoTime() - begin) / 1e9;
                double servers = Machine.cpuMicros(redis.pid()) - server;
                // Redis is a child of this process.
                return figures(CALLS / seconds, servers, Machine.cpuMicros(self) - both - servers);
            });
            comparison.run();
        } finally {
            vertx.close();
        }
    }

    private static void assertNoOverGrant(Vertx vertx, Replica one, Replica other) throws InterruptedException {
        Limit contested = new Limit("{contested}:read", 60, Replica.MINUTE);
        assertEquals(60, ask(vertx, List.of(one, other), 10_000, 64, () -> contested));
    }

    private static double[] figures(double rate, double server, double client) {
        return new double[] {rate, (server + client) / CALLS, server / CALLS, client / CALLS};
    }

    private static double[] benchmark(String program, TestRedis redis, int connections, int atATime) throws Exception {
        double server = Machine.cpuMicros(redis.pid());
        double client = Machine.cpuMicrosOfEndedChildren();
        String said = Programs.output(List.of(
                program,
                "-p",
                Integer.toString(redis.port()),
                "-c",
                Integer.toString(connections),
                "-P",
                Integer.toString(atATime),
                "-n",
                Integer.toString(CALLS),
                "-r",
                Integer.toString(KEYS),
                "EVALSHA",
                Script.take().sha1(),
                "2",
                "celune:limit:{__rand_int__}:read",
                "celune:limit:{__rand_int__}:ended",
                "60",
                "60000000"));
        Matcher rate = RATE.matcher(said);
        if (!rate.find()) {
            throw new AssertionError(said);
        }
        return figures(
                Double.parseDouble(rate.group(1)),
                Machine.cpuMicros(redis.pid()) - server,
                Machine.cpuMicrosOfEndedChildren() - client);
    }

    /** As redis-benchmark names its keys. */
    private static Limit limit(int number) {
        return new Limit("{%012d}:read".formatted(number), 60, Replica.MINUTE);
    }

    private interface Limits {
        Limit next();
    }

    /** Makes so many calls, some of them going at any time, and tells how many were admitted. */
    private static int ask(Vertx vertx, List<Replica> replicas, int calls, int atOnce, Limits limits)
            throws InterruptedException {
        AtomicInteger left = new AtomicInteger(calls);
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(atOnce);
        List<ContextInternal> loops = Stream.generate(((VertxInternal) vertx)::createEventLoopContext)
                .limit(LOOPS)
                .toList();
        for (int i = 0; i < atOnce; i++) {
            Replica replica = replicas.get(i % replicas.size());
            loops.get(i % LOOPS).runOnContext(ignored -> next(replica, limits, left, admitted, ended));
        }
        ended.await();
        return admitted.get();
    }

    private static void next(
            Replica replica, Limits limits, AtomicInteger left, AtomicInteger admitted, CountDownLatch ended) {
        if (left.getAndDecrement() <= 0) {
            ended.countDown();
            return;
        }
        replica.ask(limits.next()).onComplete(decision -> {
            if (decision.result().allowed()) {
                admitted.incrementAndGet();
            }
            next(replica, limits, left, admitted, ended);
        });
    }
}
