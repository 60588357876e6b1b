package ai.celune.security;

import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of somebody who signs tokens (RFC 7517). They are read when a token needs one that is not known, by one thread at a time and at most
 * every ten seconds, so that made-up key ids cost the issuer nothing.
 */
public final class IssuerKeys {
    /** How often a key that is not known may make the keys be read again. */
    public static final Duration REREAD = Duration.ofSeconds(10);

    private static final long LONGEST_WAIT_MILLIS = 1_000;

    private final Supplier<String> read;
    private final Function<Exception, RuntimeException> unavailable;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Known known;

    private record Known(List<JsonWebKey> keys, Instant readAt) {}

    /**
     * Keys of one issuer.
     *
     * @param read gets the key set, or throws what the caller is to see
     * @param unavailable makes what the caller is to see when the set is none, or another thread is not done with reading it
     */
    public IssuerKeys(Supplier<String> read, Function<Exception, RuntimeException> unavailable, Clock clock) {
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
        Known before = known;
        Key key = select(before, signature);
        if (key != null || (before != null && !isOld(before))) {
            return key;
        }
        return select(readAfter(before), signature);
    }

    private boolean isOld(Known keys) {
        return clock.instant().isAfter(keys.readAt.plus(REREAD));
    }

    /** What was read since. */
    private Known readAfter(@Nullable Known before) {
        try {
            if (!reading.tryLock(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw unavailable.apply(new TimeoutException("another thread reads the keys"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable.apply(e);
        }
        try {
            Known now = known;
            if (now == null || (before != null && !now.readAt.isAfter(before.readAt))) {
                now = new Known(new JsonWebKeySet(read.get()).getJsonWebKeys(), clock.instant());
                known = now;
            }
            return now;
        } catch (JoseException e) {
            throw unavailable.apply(e);
        } finally {
            reading.unlock();
        }
    }

    private static @Nullable Key select(@Nullable Known among, JsonWebSignature signature) {
        try {
            JsonWebKey found = among == null ? null : new VerificationJwkSelector().select(signature, among.keys);
            return found == null ? null : found.getKey();
        } catch (JoseException e) {
            return null;
        }
    }
}
