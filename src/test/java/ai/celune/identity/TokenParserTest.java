package ai.celune.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Refresh and access tokens as text: whatever is sent, the answer is a token or none, never a failure. */
class TokenParserTest {
    private static final UUID USER = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-0c1d2e3f4a5b");
    private static final UUID SESSION = UUID.fromString("0190a5b2-3c4d-7e6f-8a9b-ffffffffffff");
    private static final byte[] TOKEN = HexFormat.of().parseHex("fb".repeat(32));
    /** So early that the keys of other replicas are not looked for. */
    private static final Instant NOW = Instant.EPOCH;

    private final SigningKeys keys = keys();
    private final AccessTokens tokens = tokensAt(NOW);

    @Test
    void aRefreshTokenHasOneSpelling() {
        String text = RefreshToken.text(TOKEN);
        assertEquals("clr_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s", text);
        assertArrayEquals(TOKEN, RefreshToken.parse(text).orElseThrow());
        for (String other : List.of(
                "",
                text.substring(4),
                "clk" + text.substring(3),
                "CLR" + text.substring(3),
                text.substring(0, 46),
                text + "A",
                text.substring(0, 46) + "t",
                text.substring(0, 46) + "=",
                text.substring(0, 45) + "==",
                text.replace('-', '+'),
                text.replace('_', '/'),
                " " + text.substring(0, 46))) {
            assertTrue(RefreshToken.parse(other).isEmpty(), other);
        }
    }

    @Test
    void aChangedRefreshTokenIsNoneOrAnotherOne() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(RefreshToken.text(TOKEN));
            RefreshToken.parse(text).ifPresent(token -> assertEquals(text, RefreshToken.text(token)));
        });
    }

    /** Computed by another program: changing it would sign everybody out. */
    @Test
    void aRefreshTokenIsStoredByItsDigest() {
        assertEquals(
                "4c81c67973553ab1cc99dc541173ab10543e5939143b7359f8d2c2e2489fb56c",
                HexFormat.of().formatHex(RefreshToken.hash(TOKEN)));
    }

    @Test
    void anAccessTokenNamesItsSessionUntilItExpires() {
        String token = tokens.issue(USER, SESSION);
        assertEquals(Optional.of(SESSION), tokens.session(token));
        assertEquals(
                Optional.of(SESSION),
                tokensAt(NOW.plus(Duration.ofMinutes(10)).minusMillis(1)).session(token));
        assertEquals(
                Optional.empty(), tokensAt(NOW.plus(Duration.ofMinutes(10))).session(token));
    }

    @Test
    void aChangedAccessTokenNamesNoOtherSession() {
        String token = tokens.issue(USER, SESSION);
        Fuzz.rounds(500, fuzz -> {
            Optional<UUID> named = tokens.session(fuzz.like(token));
            assertTrue(named.isEmpty() || named.get().equals(SESSION));
        });
    }

    /** Only a replica signs; even so, what it signed must not bring the parser down. */
    @Test
    void aSignedDocumentOfAnyShapeIsATokenOrNone() {
        String header = "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"" + keys.ownId() + "\"}";
        String claims = "{\"iss\":\"celune\",\"aud\":\"celune\",\"sub\":\"" + USER + "\",\"sid\":\"" + SESSION
                + "\",\"iat\":0,\"exp\":600}";
        assertEquals(Optional.of(SESSION), tokens.session(signed(header, claims)));
        List<String> values = List.of(
                "null",
                "7",
                "-1e999",
                "true",
                "\"\"",
                "[]",
                "{}",
                "[\"celune\"]",
                "[null]",
                "[".repeat(300),
                "\"none\"");
        Fuzz.rounds(200, fuzz -> {
            String member = "\"[^\"]*\":(\"[^\"]*\"|[0-9]+)";
            boolean inHeader = fuzz.random().nextBoolean();
            String part = inHeader ? header : claims;
            String odd = fuzz.random().nextBoolean()
                    ? fuzz.changed(part)
                    : replaced(part, member, fuzz.random().nextInt(6), fuzz.oneOf(values));
            assertFalse(tokens.session(inHeader ? signed(odd, claims) : signed(header, odd))
                            .isPresent()
                    && odd.length() > 1_000);
        });
    }

    @Test
    void aHugeTokenIsRefusedByItsLengthAlone() {
        assertEquals(Optional.empty(), tokens.session("A".repeat(10_000_000)));
        String claims = "{\"iss\":\"celune\",\"aud\":\"celune\",\"sub\":\"x\",\"iat\":0,\"exp\":600,\"sid\":\""
                + SESSION + "\"";
        String header = "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"" + keys.ownId() + "\"}";
        int shortest = signed(header, claims + "}").length();
        int room = (2048 - shortest) * 3 / 4;
        assertEquals(Optional.of(SESSION), tokens.session(signed(header, claims + " ".repeat(room) + "}")));
        assertEquals(Optional.empty(), tokens.session(signed(header, claims + " ".repeat(room + 3) + "}")));
    }

    private static String replaced(String document, String member, int which, String value) {
        var members = java.util.regex.Pattern.compile(member).matcher(document);
        for (int i = 0; members.find(); i++) {
            if (i == which) {
                return document.substring(0, members.start(1)) + value + document.substring(members.end(1));
            }
        }
        return document;
    }

    private String signed(String header, String claims) {
        String content = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(keys.privateKey());
            signature.update(content.getBytes(UTF_8));
            return content + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private AccessTokens tokensAt(Instant now) {
        return new AccessTokens(keys, new Config(), Clock.fixed(now, ZoneOffset.UTC));
    }

    /** Without a database: a token that needs another replica's key fails the test. */
    @SuppressWarnings("NullAway")
    private static SigningKeys keys() {
        return new SigningKeys(null, null, null, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static final class Config implements IdentityConfig {
        @Override
        public Duration accessToken() {
            return Duration.ofMinutes(10);
        }

        @Override
        public Duration lifetime() {
            return Duration.ofHours(12);
        }

        @Override
        public Duration idle() {
            return Duration.ofMinutes(30);
        }

        @Override
        public String issuer() {
            return "celune";
        }

        @Override
        public Duration codes() {
            return Duration.ofDays(7);
        }
    }
}
