package ai.celune.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what this installation signed for a living session opens anything (case 56). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class AccessTokenTest {
    @Inject
    SigningKeys keys;

    @Inject
    TestClock clock;

    private final Session person = Actors.newWorkspace();

    /** Changes one thing of a token that would be good. */
    private interface Change {
        void to(JsonWebSignature token, Map<String, Object> claims) throws JoseException;
    }

    @Test
    void aTokenMadeLikeOursIsGood() throws JoseException {
        assertEquals(200, Api.get("/v1/me", token((token, claims) -> {})).status());
    }

    @Test
    void algorithmNoneIsRefused() throws JoseException {
        assertRefused(token((token, claims) -> {
            token.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
            token.setAlgorithmHeaderValue("none");
            token.setKey(null);
        }));
    }

    @Test
    void thePublicKeyIsNoSecretOfAnHmac() throws JoseException {
        assertRefused(token((token, claims) -> {
            token.setAlgorithmHeaderValue("HS256");
            token.setKey(
                    new HmacKey(Objects.requireNonNull(keys.find(keys.ownId())).getEncoded()));
        }));
    }

    @Test
    void aKeyInTheHeaderIsNotBelieved() throws JoseException {
        EllipticCurveJsonWebKey own = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        assertRefused(token((token, claims) -> {
            token.setJwkHeader(own);
            token.setKey(own.getPrivateKey());
        }));
    }

    @Test
    void anotherKeyUnderOurIdIsRefused() throws JoseException {
        EllipticCurveJsonWebKey own = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        assertRefused(token((token, claims) -> token.setKey(own.getPrivateKey())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "../../../dev/null", "' or 1=1 --", "http://example.test/key"})
    void keyIdsThatAreNotOursAreRefused(String id) throws JoseException {
        assertRefused(token((token, claims) -> token.setKeyIdHeaderValue(id)));
    }

    @Test
    void aTokenWithoutKeyIdIsRefused() throws JoseException {
        assertRefused(token((token, claims) -> token.getHeaders().setObjectHeaderValue("kid", null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "refresh+jwt", ""})
    void anotherTypeIsRefused(String type) throws JoseException {
        assertRefused(token((token, claims) -> token.setHeader("typ", type)));
    }

    @ParameterizedTest
    @CsvSource({"iss, another", "aud, another", "sub,", "exp,", "iat,", "sid,", "sid, not-an-id", "sid, 7"})
    void wrongAndMissingClaimsAreRefused(String claim, @Nullable String value) throws JoseException {
        assertRefused(token((token, claims) -> {
            if (value == null) {
                claims.remove(claim);
            } else {
                claims.put(claim, value);
            }
        }));
    }

    @Test
    void aSessionThatNeverWasIsRefused() throws JoseException {
        assertRefused(
                token((token, claims) -> claims.put("sid", UUID.randomUUID().toString())));
    }

    @Test
    void anExpiredTokenIsRefused() {
        clock.advance(Duration.ofMinutes(10).plusSeconds(1));
        assertRefused(person.token());
    }

    @Test
    void aTokenThatLivesLongerThanOursIsRefused() throws JoseException {
        assertRefused(token((token, claims) ->
                claims.put("exp", clock.instant().plus(Duration.ofHours(2)).getEpochSecond())));
    }

    @Test
    void duplicateClaimsAreRefused() throws JoseException {
        JsonWebSignature token = signature();
        String twice = payload().toString().replaceFirst("\\{", "{\"sid\":\"" + UUID.randomUUID() + "\",");
        token.setPayload(twice);
        assertRefused(token.getCompactSerialization());
    }

    @Test
    void aChangedOrCutSignatureIsRefused() {
        String[] parts = person.token().split("\\.", -1);
        assertRefused(parts[0] + "." + parts[1] + ".");
        assertRefused(parts[0] + "." + parts[1]);
        assertRefused(parts[0] + "." + parts[1] + "." + "A".repeat(86));
        assertRefused(parts[0] + "." + encoded("{\"sub\":\"x\"}") + "." + parts[2]);
    }

    @Test
    void thePublishedKeyIsOurOwnAndHasNoPrivateHalf() {
        Reply published = Api.get("/.well-known/jwks.json", null).require(200);
        JsonNode key = published.json().at("/keys/0");
        assertEquals(keys.ownId(), key.path("kid").asText());
        assertFalse(published.text().contains("\"d\""), published.text());
    }

    private String token(Change change) throws JoseException {
        JsonWebSignature token = signature();
        Map<String, Object> claims = new HashMap<>();
        payload()
                .properties()
                .forEach(claim -> claims.put(
                        claim.getKey(),
                        claim.getValue().isNumber()
                                ? claim.getValue().longValue()
                                : claim.getValue().asText()));
        change.to(token, claims);
        token.setPayload(json(claims));
        return token.getCompactSerialization();
    }

    private static String json(Map<String, Object> claims) {
        return claims.entrySet().stream()
                .map(claim -> "\"" + claim.getKey() + "\":"
                        + (claim.getValue() instanceof String text ? "\"" + text + "\"" : claim.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private JsonWebSignature signature() {
        JsonWebSignature token = new JsonWebSignature();
        token.setAlgorithmHeaderValue("ES256");
        token.setKeyIdHeaderValue(keys.ownId());
        token.setHeader("typ", "at+jwt");
        token.setKey(keys.privateKey());
        token.setDoKeyValidation(false);
        return token;
    }

    private JsonNode payload() {
        byte[] decoded = Base64.getUrlDecoder().decode(person.token().split("\\.", -1)[1]);
        return Api.parse(new String(decoded, StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(String token) {
        Map<String, String> before = Rows.stored();
        Reply refused = Api.get("/v1/me", token);
        assertEquals(401, refused.status(), refused.toString());
        assertEquals(Api.get("/v1/me", "nonsense").withoutRequestId(), refused.withoutRequestId());
        assertEquals(before, Rows.stored());
    }
}
