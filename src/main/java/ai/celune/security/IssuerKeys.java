package ai.celune.security;

import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of somebody who signs tokens (RFC 7517). They are read when a token needs one that is not known, and again after a quarter of an hour, so
 * that a withdrawn key ends; by one thread at a time and at most every ten seconds, whether it works or not, so that made-up key ids cost nothing.
 */
public final class IssuerKeys {
    public static final Duration REREAD = Duration.ofSeconds(10);

    private static final Duration FRESH = Duration.ofMinutes(15);
    /** While they cannot be read again. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final long LONGEST_WAIT_MILLIS = 1_000;

    private final Callable<String> read;
    private final Function<Exception, RuntimeException> unavailable;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile State state = new State(List.of(), Instant.EPOCH, Instant.EPOCH, false);

    /** What is known, since when, and how the last try to learn it went. */
    private record State(List<JsonWebKey> keys, Instant readAt, Instant triedAt, boolean failed) {}

    /**
     * Keys of one issuer.
     *
     * @param read gets the key set
     * @param unavailable makes what the caller is to see when it cannot be had
     */
    public IssuerKeys(Callable<String> read, Function<Exception, RuntimeException> unavailable, Clock clock) {
        this.read = read;
        this.unavailable = unavailable;
        this.clock = clock;
    }

    /** For a consumer of tokens; refuses a token whose key the issuer does not publish. */
    public VerificationKeyResolver resolver() {
        return (signature, nesting) -> {
            Key key = of(signature);
            if (key == null) {
                throw new UnresolvableKeyException("unknown key");
            }
            return key;
        };
    }

    private @Nullable Key of(JsonWebSignature signature) {
        State before = state;
        Key key = select(before, signature);
        if (key != null && isWithin(before.readAt, FRESH)) {
            return key;
        }
        boolean usable = key != null && isWithin(before.readAt, KEPT);
        State after = isWithin(before.triedAt, REREAD) ? before : tryAfter(before, usable ? 0 : LONGEST_WAIT_MILLIS);
        if (!after.failed) {
            return select(after, signature);
        }
        if (usable) {
            return key;
        }
        throw unavailable.apply(new IllegalStateException("the last try to read the keys failed"));
    }

    private boolean isWithin(Instant time, Duration past) {
        return time.plus(past).isAfter(clock.instant());
    }

    /** The state after one more try, by this thread or by the one that is at it. */
    private State tryAfter(State before, long waitMillis) {
        try {
            if (!reading.tryLock(waitMillis, TimeUnit.MILLISECONDS)) {
                return new State(before.keys, before.readAt, before.triedAt, true);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable.apply(e);
        }
        try {
            return state.triedAt.isAfter(before.triedAt) ? state : tryNow(before);
        } finally {
            reading.unlock();
        }
    }

    private State tryNow(State before) {
        Instant now = clock.instant();
        try {
            state = new State(new JsonWebKeySet(read.call()).getJsonWebKeys(), now, now, false);
            return state;
        } catch (Exception e) {
            // Also a mistake in the configuration, which must not look like a bad token.
            state = new State(before.keys, before.readAt, now, true);
            if (before.keys.isEmpty()) {
                throw unavailable.apply(e);
            }
            return state;
        }
    }

    private static @Nullable Key select(State among, JsonWebSignature signature) {
        try {
            JsonWebKey found = new VerificationJwkSelector().select(signature, among.keys);
            return found == null ? null : found.getKey();
        } catch (JoseException e) {
            return null;
        }
    }
}
