package ai.celune.identity;

import ai.celune.crypto.Secret;
import io.quarkus.test.Mock;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Passwords that cost next to nothing, for tests make thousands of accounts; at their true cost for those that are about it. */
@Mock
@Singleton
public class TestPasswords extends Passwords {
    private static final int LEAST_MEMORY_KIB = 8;

    private static final AtomicInteger HASHES = new AtomicInteger();
    private static volatile boolean atTrueCost;

    private final Passwords cheap;

    TestPasswords(SecureRandom random) {
        super(random);
        cheap = new Passwords(random, LEAST_MEMORY_KIB);
    }

    /** How long passwords cost what they cost outside tests. */
    public interface TrueCost extends AutoCloseable {
        @Override
        void close();
    }

    public static TrueCost atTrueCost() {
        atTrueCost = true;
        return () -> atTrueCost = false;
    }

    /** How many hashes have been made, new ones and for comparison. */
    public static int hashes() {
        return HASHES.get();
    }

    @Override
    String hash(Secret password) {
        HASHES.incrementAndGet();
        return atTrueCost ? super.hash(password) : cheap.hash(password);
    }

    @Override
    boolean verify(Secret password, @Nullable String stored) {
        HASHES.incrementAndGet();
        return atTrueCost ? super.verify(password, stored) : cheap.verify(password, stored);
    }

    @Override
    boolean outdated(String stored) {
        return atTrueCost ? super.outdated(stored) : cheap.outdated(stored);
    }
}
