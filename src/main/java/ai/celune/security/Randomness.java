package ai.celune.security;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;

/** The one source of randomness that code draws from. */
final class Randomness {
    private Randomness() {}

    @Produces
    @Singleton
    static SecureRandom random() {
        return new SecureRandom();
    }
}
