package ai.celune.identity.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.identity.oidc.LogoutTokens.Ended;
import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;

/** Only the provider's own word, for us, now and for this purpose ends a session (OpenID Connect Back-Channel Logout 1.0, section 2.6). */
class LogoutTokensTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private final RsaJsonWebKey key = generate();
    private final Provider provider = ProviderSettings.provider();
    private final LogoutTokens tokens = new LogoutTokens(new Keys(), Clock.fixed(NOW, ZoneOffset.UTC));

    /** Those of a provider with one key, without a provider. */
    private final class Keys extends ProviderKeys {
        @SuppressWarnings("NullAway")
        Keys() {
            super(null, Clock.fixed(NOW, ZoneOffset.UTC));
        }

        @Override
        VerificationKeyResolver of(Provider ignored) {
            return (signature, nesting) -> key.getKey();
        }
    }

    @Test
    void aSessionOrAPersonIsNamed() {
        assertEquals(Optional.of(new Ended("session", "person")), verify(claims -> {}));
        assertEquals(Optional.of(new Ended(null, "person")), verify(claims -> claims.unsetClaim("sid")));
        assertEquals(Optional.of(new Ended("session", "")), verify(claims -> claims.unsetClaim("sub")));
        assertRefused(claims -> {
            claims.unsetClaim("sub");
            claims.unsetClaim("sid");
        });
    }

    @Test
    void anIdTokenIsNoLogoutToken() {
        assertRefused(claims -> claims.setStringClaim("nonce", "n"));
        assertRefused(claims -> claims.unsetClaim("events"));
        assertRefused(claims -> claims.setClaim("events", Map.of("http://schemas.example.test/event", Map.of())));
        assertRefused(claims -> claims.setClaim("events", Map.of(EVENT, true)));
    }

    @Test
    void itIsOfThisIssuerForThisClient() {
        assertRefused(claims -> claims.setIssuer(ProviderSettings.ISSUER + "/"));
        assertRefused(claims -> claims.setAudience("another"));
        assertRefused(claims -> claims.unsetClaim("iss"));
        assertRefused(claims -> claims.unsetClaim("aud"));
        assertRefused(claims -> claims.unsetClaim("jti"));
    }

    @Test
    void clocksMayBeNinetySecondsApart() {
        assertTrue(verify(claims -> claims.setIssuedAt(at(90))).isPresent());
        assertRefused(claims -> claims.setIssuedAt(at(92)));
        assertRefused(claims -> claims.setIssuedAt(at(-700)));
        assertRefused(claims -> claims.unsetClaim("iat"));
        assertTrue(verify(claims -> lived(claims, -89)).isPresent());
        assertRefused(claims -> lived(claims, -92));
    }

    private static void lived(JwtClaims claims, long until) {
        claims.setIssuedAt(at(until - 120));
        claims.setExpirationTime(at(until));
    }

    @Test
    void itIsSignedByTheProvider() throws Exception {
        assertEquals(
                Optional.empty(),
                tokens.verify(provider, sign(claims(), generate().getPrivateKey(), "RS256")));
        assertEquals(
                Optional.empty(),
                tokens.verify(
                        provider,
                        sign(claims(), new HmacKey(key.getRsaPublicKey().getEncoded()), "HS256")));
        assertEquals(Optional.empty(), tokens.verify(provider, sign(claims(), null, "none")));
        assertEquals(Optional.empty(), tokens.verify(provider, "x".repeat(9_000)));
    }

    private void assertRefused(Consumer<JwtClaims> change) {
        assertEquals(Optional.empty(), verify(change));
    }

    private Optional<Ended> verify(Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        try {
            return tokens.verify(provider, sign(claims, key.getPrivateKey(), "RS256"));
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ProviderSettings.ISSUER);
        claims.setAudience(ProviderSettings.CLIENT);
        claims.setJwtId("once");
        claims.setIssuedAt(at(0));
        claims.setExpirationTime(at(120));
        claims.setSubject("person");
        claims.setStringClaim("sid", "session");
        claims.setClaim("events", Map.of(EVENT, Map.of()));
        return claims;
    }

    private static NumericDate at(long seconds) {
        return NumericDate.fromSeconds(NOW.getEpochSecond() + seconds);
    }

    private static String sign(JwtClaims claims, @org.jspecify.annotations.Nullable Key by, String algorithm)
            throws JoseException {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        signature.setAlgorithmHeaderValue(algorithm);
        signature.setPayload(claims.toJson());
        signature.setKey(by);
        return signature.getCompactSerialization();
    }

    private static RsaJsonWebKey generate() {
        try {
            return RsaJwkGenerator.generateJwk(2048);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
