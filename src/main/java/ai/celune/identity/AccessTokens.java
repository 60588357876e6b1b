package ai.celune.identity;

import io.smallrye.jwt.build.Jwt;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.UnresolvableKeyException;

/** Access tokens (RFC 9068): ES256, ten minutes, naming a session that is looked up each time. */
@ApplicationScoped
class AccessTokens {
    private static final String TYPE = "at+jwt";

    private final SigningKeys keys;
    private final IdentityConfig config;
    private final Clock clock;

    AccessTokens(SigningKeys keys, IdentityConfig config, Clock clock) {
        this.keys = keys;
        this.config = config;
        this.clock = clock;
    }

    String issue(UUID userId, UUID sessionId) {
        Instant now = clock.instant();
        return Jwt.issuer(config.issuer())
                .audience(config.issuer())
                .subject(userId.toString())
                .claim("sid", sessionId.toString())
                .issuedAt(now)
                .expiresAt(now.plus(config.accessToken()))
                .jws()
                .keyId(keys.ownId())
                .type(TYPE)
                .sign(keys.privateKey());
    }

    /** The session that a token names, if one of our replicas signed it and it has not expired; costs no database read for junk. */
    Optional<UUID> session(String token) {
        if (token.length() > 2048) {
            return Optional.empty();
        }
        try {
            JwtClaims claims = consumer().processToClaims(token);
            return Optional.ofNullable(claims.getStringClaimValue("sid")).map(UUID::fromString);
        } catch (InvalidJwtException | MalformedClaimException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private JwtConsumer consumer() {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
                .setExpectedType(true, TYPE)
                .setExpectedIssuer(true, config.issuer())
                .setExpectedAudience(true, config.issuer())
                .setRequireSubject()
                .setRequireExpirationTime()
                .setRequireIssuedAt()
                .setMaxFutureValidityInMinutes(15)
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setVerificationKeyResolver(this::resolve)
                .build();
    }

    private Key resolve(JsonWebSignature signature, List<JsonWebStructure> nesting) throws UnresolvableKeyException {
        String id = signature.getKeyIdHeaderValue();
        Key key = id == null || id.length() > 64 ? null : keys.find(id);
        if (key == null) {
            throw new UnresolvableKeyException("unknown key");
        }
        return key;
    }
}
