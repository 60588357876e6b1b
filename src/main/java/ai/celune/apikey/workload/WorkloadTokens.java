package ai.celune.apikey.workload;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/**
 * Tokens by which a workload says who it is (RFC 7519): signed by a configured issuer, for one workspace, and short-lived. A token of an issuer that is not
 * configured is not one of them.
 */
@ApplicationScoped
public class WorkloadTokens {
    private static final int LONGEST = 8192;
    /** How far the issuer's clock may be from ours. */
    private static final int CLOCK_SKEW_SECONDS = 90;

    private static final Duration LONGEST_LIFE = Duration.ofDays(1);

    /** Reads what a token says before anybody knows whether it is true. */
    private static final JwtConsumer UNVERIFIED = new JwtConsumerBuilder()
            .setSkipAllValidators()
            .setDisableRequireSignature()
            .setSkipSignatureVerification()
            .build();

    private final WorkloadIssuers issuers;
    private final Clock clock;

    WorkloadTokens(WorkloadIssuers issuers, Clock clock) {
        this.issuers = issuers;
        this.clock = clock;
    }

    /** The issuer that a token names, whoever made it; empty for anything that is no token or names none that is configured. */
    public Optional<WorkloadIssuer> issuer(String token) {
        if (issuers.isEmpty() || token.length() > LONGEST || token.indexOf('.') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(UNVERIFIED.processToClaims(token).getIssuer())
                    .flatMap(issuers::find);
        } catch (InvalidJwtException | MalformedClaimException e) {
            return Optional.empty();
        }
    }

    /**
     * What a good token says.
     *
     * @param issuedAt by the issuer's clock, to the second
     */
    public record Verified(Workload workload, Instant issuedAt) {}

    /**
     * Who the token is of; empty for one that the issuer did not make, not for us, or not for now.
     *
     * @throws Problem {@code issuer_unavailable} when the issuer's keys cannot be had
     */
    public Optional<Verified> verify(WorkloadIssuer issuer, String token) {
        try {
            return verified(issuer, consumer(issuer).processToClaims(token));
        } catch (InvalidJwtException e) {
            if (e.getCause() instanceof Problem unavailable) {
                throw unavailable;
            }
            return Optional.empty();
        } catch (MalformedClaimException e) {
            return Optional.empty();
        }
    }

    /** Other audiences do no harm; a token for two workspaces does not say which is meant. */
    private static Optional<Verified> verified(WorkloadIssuer issuer, JwtClaims claims) throws MalformedClaimException {
        List<String> ours = claims.getAudience().stream().filter(issuer::isOurs).toList();
        String subject = claims.getSubject();
        return ours.size() == 1 && subject.indexOf('\0') < 0
                ? Optional.of(new Verified(
                        new Workload(issuer.issuer(), subject, ours.getFirst()),
                        Instant.ofEpochSecond(claims.getIssuedAt().getValue())))
                : Optional.empty();
    }

    private JwtConsumer consumer(WorkloadIssuer issuer) {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.RSA_USING_SHA256,
                        AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
                        AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384)
                .setExpectedIssuer(true, issuer.issuer())
                // Ours is looked for among them afterwards.
                .setSkipDefaultAudienceValidation()
                .setRequireSubject()
                .setRequireIssuedAt()
                .setIssuedAtRestrictions(0, (int) LONGEST_LIFE.toSeconds())
                .setRequireExpirationTime()
                .setMaxFutureValidityInMinutes((int) LONGEST_LIFE.toMinutes())
                .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setVerificationKeyResolver(issuer.keys().resolver())
                .build();
    }
}
