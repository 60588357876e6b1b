package ai.celune.identity.oidc;

import ai.celune.security.IssuerKeys;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.keys.resolvers.VerificationKeyResolver;

/** The public keys of providers. */
@ApplicationScoped
class ProviderKeys {
    private final ProviderClient client;
    private final Clock clock;
    private final Map<String, IssuerKeys> known = new ConcurrentHashMap<>();

    ProviderKeys(ProviderClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Finds the key that must have signed; it throws {@link Problem} {@code identity_provider_unavailable}. */
    VerificationKeyResolver of(Provider provider) {
        return known.computeIfAbsent(
                        provider.name(),
                        name -> new IssuerKeys(
                                () -> client.keys(provider),
                                cause -> new Problem(OidcErrors.UNAVAILABLE)
                                        .retryAfter(10)
                                        .causedBy(cause),
                                clock))
                .resolver();
    }
}
