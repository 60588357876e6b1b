package ai.celune.identity.oidc;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jspecify.annotations.Nullable;

/** What a provider says when it ends sessions (OpenID Connect Back-Channel Logout 1.0, section 2.6). A repetition does no harm: it ends what has ended. */
@ApplicationScoped
public class LogoutTokens {
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final int LONGEST = 8192;
    private static final int OLDEST_SECONDS = 600;

    private final ProviderKeys keys;
    private final Clock clock;

    LogoutTokens(ProviderKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Whose sessions are to end: those of one session at the provider, or all of a person there.
     *
     * @param session the provider's {@code sid}; null for all of the subject
     * @param subject the provider's {@code sub}; empty only beside a session
     */
    public record Ended(@Nullable String session, String subject) {}

    /**
     * What the token says; empty for one that this provider did not make for us now, or not for this purpose.
     *
     * @throws Problem {@code identity_provider_unavailable} when its keys cannot be had
     */
    public Optional<Ended> verify(Provider provider, String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return ended(consumer(provider).processToClaims(token));
        } catch (InvalidJwtException e) {
            if (e.getCause() instanceof Problem unavailable) {
                throw unavailable;
            }
            return Optional.empty();
        } catch (MalformedClaimException e) {
            return Optional.empty();
        }
    }

    private static Optional<Ended> ended(JwtClaims claims) throws MalformedClaimException {
        String session = claims.getStringClaimValue("sid");
        String subject = claims.getSubject();
        boolean saysSo = claims.getClaimValue("events") instanceof Map<?, ?> events && events.get(EVENT) instanceof Map;
        // With a nonce it could be an ID token that somebody passes off as this.
        return saysSo && !claims.hasClaim("nonce") && (session != null || subject != null)
                ? Optional.of(new Ended(session, subject == null ? "" : subject))
                : Optional.empty();
    }

    private JwtConsumer consumer(Provider provider) {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.RSA_USING_SHA256,
                        AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
                .setExpectedIssuer(true, provider.settings().issuer())
                .setExpectedAudience(true, provider.settings().clientId())
                .setRequireJwtId()
                .setRequireIssuedAt()
                .setIssuedAtRestrictions(0, OLDEST_SECONDS)
                .setAllowedClockSkewInSeconds(Provider.CLOCK_SKEW)
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setVerificationKeyResolver(keys.of(provider))
                .build();
    }
}
