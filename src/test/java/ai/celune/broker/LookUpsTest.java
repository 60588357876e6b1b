package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import ai.celune.web.Problem;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names that do not answer hold up nobody but themselves. */
class LookUpsTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final List<LookUps> opened = new ArrayList<>();

    @AfterEach
    void stop() {
        over.countDown();
        opened.forEach(LookUps::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private LookUps within(String time) {
        NameService hangs = new NameService() {
            @Override
            List<InetAddress> addresses(String host) throws UnknownHostException {
                asked.incrementAndGet();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    throw new UnknownHostException("interrupted");
                }
                return List.of(InetAddress.ofLiteral("192.0.2.1"));
            }
        };
        LookUps made = new LookUps(
                vertx,
                hangs,
                new SmallRyeConfigBuilder()
                        .withMapping(BrokerConfig.class)
                        .withConverter(Duration.class, 200, new DurationConverter())
                        .withDefaultValue("celune.broker.call.connect-timeout", time)
                        .build()
                        .getConfigMapping(BrokerConfig.class));
        opened.add(made);
        return made;
    }

    private static Object result(Future<List<InetAddress>> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            return assertInstanceOf(Problem.class, e.getCause()).code().code();
        }
    }

    @Test
    void aNameThatDoesNotAnswerIsGivenUp() {
        assertEquals("provider_timeout", result(within("100ms").addresses("slow.test")));
    }

    @Test
    void callsForTheSameNameShareALookUp() {
        LookUps lookUps = within("10s");
        Future<List<InetAddress>> first = lookUps.addresses("slow.test");
        Future<List<InetAddress>> second = lookUps.addresses("slow.test");
        over.countDown();
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), result(first));
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), result(second));
        assertEquals(1, asked.get());
    }

    @Test
    void tooManyNamesAtOnceAreRefusedAndLaterOnesAreNot() {
        LookUps lookUps = within("10s");
        List<Future<List<InetAddress>>> all = new ArrayList<>();
        for (int i = 0; i < LookUps.AT_ONCE; i++) {
            all.add(lookUps.addresses("slow-" + i + ".test"));
        }
        assertEquals("overloaded", result(lookUps.addresses("one-more.test")));
        over.countDown();
        all.forEach(LookUpsTest::result);
        Agent.eventually(() -> !"overloaded".equals(result(lookUps.addresses("one-more.test"))));
    }
}
