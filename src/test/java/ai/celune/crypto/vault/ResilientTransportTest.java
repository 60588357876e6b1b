package ai.celune.crypto.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.TestVault;
import ai.celune.support.VaultProxy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Breaker, bound and repetition in front of a real Vault that comes and goes: whoever needs it has the right value or is refused in time. In the
 * service, because the library of the breaker has its machinery from there.
 */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ResilientTransportTest {
    private static final byte[] VALUE = "sk-live-0123456789abcdef".getBytes(UTF_8);
    private static final long SEED = System.nanoTime();
    private static final VaultProxy.Fault DOWN =
            (down, exchange) -> exchange.answer(503, "{\"errors\":[\"Vault is sealed\"]}".getBytes(UTF_8));

    private final TestVault real = TestVault.running();
    private final VaultProxy proxy = new VaultProxy(real.url());
    private final Binding binding = new Binding(UUID.randomUUID(), UUID.randomUUID(), "provider-key", 1);
    private Vault vault;
    private String sealed;

    @BeforeEach
    void seal() {
        Clock clock = Clock.systemUTC();
        vault = VaultConnections.to(
                real.properties(),
                wire -> new ResilientTransport(wire, new SimpleMeterRegistry(), new VaultState(clock)),
                clock,
                "celune.vault.url",
                proxy.url().toString(),
                "celune.vault.deadline",
                "600ms");
        vault.sealer().createKey(binding.workspace());
        sealed = vault.sealer().seal(binding, VALUE);
    }

    @AfterEach
    void close() throws IOException {
        vault.close();
        proxy.close();
    }

    @Test
    void aVaultThatComesAndGoesIsUsedWheneverItIsThere() {
        for (int i = 0; i < 5; i++) {
            proxy.doing(DOWN);
            for (int call = 0; call < 15; call++) {
                assertFalse(opens());
            }
            proxy.doing(VaultProxy::forward);
            assertTimeoutPreemptively(Duration.ofSeconds(3), () -> {
                while (!opens()) {
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
            });
        }
    }

    @Test
    void fromAVaultThatFailsNowAndThenComesTheRightValueOrNone() {
        Random random = new Random(SEED);
        proxy.doing((moody, exchange) -> {
            if (random.nextBoolean()) {
                exchange.http().close();
            } else {
                moody.forward(exchange);
            }
        });
        Set<Boolean> seen = new HashSet<>();
        long begin = System.nanoTime();
        // Where the first ones fail the breaker opens, and 200 calls may be over before it lets one through again.
        for (int call = 0;
                call < 200
                        || (seen.size() < 2
                                && System.nanoTime() - begin
                                        < Duration.ofSeconds(10).toNanos());
                call++) {
            seen.add(opens());
        }
        assertEquals(Set.of(true, false), seen, "seed " + SEED);
    }

    @Test
    void aVaultThatIsDownIsSparedFromMostCalls() {
        proxy.doing(DOWN);
        int before = proxy.calls();
        for (int call = 0; call < 100; call++) {
            assertFalse(opens());
        }
        int asked = proxy.calls() - before;
        assertTrue(asked >= 5 && asked < 30, asked + " requests for 100 calls");
    }

    @Test
    void whileVaultIsSilentOnlySoManyWaitForIt() throws Exception {
        proxy.doing((silent, exchange) ->
                LockSupport.parkNanos(Duration.ofSeconds(3).toNanos()));
        AtomicInteger waited = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                long start = System.nanoTime();
                if (!opens()
                        && System.nanoTime() - start > Duration.ofMillis(400).toNanos()) {
                    waited.incrementAndGet();
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertTrue(waited.get() > 0 && waited.get() <= 64, waited + " of 100 callers waited");
    }

    @Test
    void whatFailsOnceIsAskedForAgain() {
        AtomicInteger failed = new AtomicInteger();
        proxy.doing((once, exchange) -> {
            if (failed.getAndIncrement() == 0) {
                exchange.http().close();
            } else {
                once.forward(exchange);
            }
        });
        assertTrue(opens());
        assertEquals(2, failed.get());
    }

    /** Whether the value could be had; if so, it is the right one. */
    private boolean opens() {
        try (Secret opened = vault.sealer().open(binding, sealed)) {
            assertArrayEquals(VALUE, opened.bytes());
            return true;
        } catch (SecretStoreUnavailableException e) {
            return false;
        }
    }
}
