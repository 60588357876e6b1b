package ai.celune.identity;

import ai.celune.crypto.Secret;
import io.quarkus.test.Mock;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Passwords that cost next to nothing, for tests make thousands of accounts; at their true cost for those that are about it. */
@Mock
@Singleton
public class TestPasswords extends Passwords {
    private static final int LEAST_MEMORY_KIB = 8;

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

    @Override
    String hash(Secret password) {
        return atTrueCost ? super.hash(password) : cheap.hash(password);
    }

    @Override
    boolean verify(Secret password, @Nullable String stored) {
        return atTrueCost ? super.verify(password, stored) : cheap.verify(password, stored);
    }

    @Override
    boolean outdated(String stored) {
        return atTrueCost ? super.outdated(stored) : cheap.outdated(stored);
    }
}
