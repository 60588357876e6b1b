package ai.celune.identity.oidc;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** The public keys of providers. Those that rotated are fetched when a token needs them, at most every ten seconds for each provider. */
@ApplicationScoped
class ProviderKeys {
    private final ProviderClient client;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    ProviderKeys(ProviderClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    private record Known(List<JsonWebKey> keys, Instant readAt) {}

    /**
     * The key that must have signed; null for none.
     *
     * @throws Problem {@code identity_provider_unavailable}
     */
    @Nullable
    Key of(Provider provider, JsonWebSignature signature) {
        Known before = known.computeIfAbsent(provider.name(), name -> read(provider));
        Key key = select(before, signature);
        if (key == null && clock.instant().isAfter(before.readAt.plus(Provider.KEYS_REREAD))) {
            key = select(
                    known.compute(
                            provider.name(),
                            (name, now) -> now == null || now.readAt.equals(before.readAt) ? read(provider) : now),
                    signature);
        }
        return key;
    }

    private Known read(Provider provider) {
        try {
            return new Known(new JsonWebKeySet(client.keys(provider)).getJsonWebKeys(), clock.instant());
        } catch (JoseException e) {
            throw new Problem(OidcErrors.UNAVAILABLE).retryAfter(10).causedBy(e);
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
