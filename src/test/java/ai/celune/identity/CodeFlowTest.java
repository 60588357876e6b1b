package ai.celune.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.LogCapture;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.TestClock;
import ai.celune.support.TestIssuer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to an identity provider and back lets in nobody who meddles with it, and leads nowhere else (case 64). OidcIT goes it at a real provider. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class CodeFlowTest {
    private static final String LOGIN = "/v1/auth/oidc/test/login";
    private static final List<String> ONE_TIME = List.of("state", "nonce", "code_challenge");

    private static TestIssuer issuer;

    @Inject
    TestClock clock;

    private final String subject = knownThere();

    @BeforeAll
    static void open() {
        issuer = new TestIssuer(ProviderAddress.issuer().getPort());
    }

    @AfterAll
    static void close() {
        issuer.close();
    }

    /** Somebody new whom the provider's tokens let in. */
    private static String knownThere() {
        Session person = Actors.newWorkspace();
        Api.put(
                        "/v1/platform/users/" + person.userId() + "/identity",
                        Actors.operator().token(),
                        Map.of("issuer", issuer.url(), "subject", person.email()))
                .require(204);
        return person.email();
    }

    /** A browser that was sent to the provider, with what it was told to say there. */
    private record Way(String place, Map<String, String> asked, String cookies) {
        static Way begin(String query, String... headers) {
            Reply sent = Api.send("GET", LOGIN + query, null, null, headers).require(303);
            String[] location = sent.header("Location").split("\\?", 2);
            Map<String, String> asked = new LinkedHashMap<>();
            for (String parameter : location[1].split("&", -1)) {
                String[] pair = parameter.split("=", 2);
                asked.put(pair[0], URLDecoder.decode(pair[1], UTF_8));
            }
            String cookies = sent.headers().allValues("Set-Cookie").stream()
                    .map(cookie -> cookie.split(";", 2)[0])
                    .collect(Collectors.joining("; "));
            return new Way(location[0], asked, cookies);
        }

        static Way begin() {
            return begin("");
        }

        String said(String name) {
            return asked.getOrDefault(name, "");
        }

        /** Comes back with a code that the provider gives to the holder of this way's verifier. */
        Reply back(String idToken) {
            return back(issuer.grant(said("code_challenge"), idToken), said("state"), "");
        }

        Reply back(String code, String state, String more) {
            return Api.send("GET", LOGIN + "?code=" + code + "&state=" + state + more, null, null, "Cookie", cookies);
        }
    }

    private JwtClaims claims(Way way) {
        JwtClaims claims = issuer.claims(subject, "celune", clock.instant());
        claims.setClaim("nonce", way.said("nonce"));
        return claims;
    }

    @Test
    void everyWayHasItsOwnStateNonceAndChallenge() {
        Way one = Way.begin();
        Way other = Way.begin();
        for (Way way : List.of(one, other)) {
            assertEquals(issuer.url() + "/authorize", way.place());
            assertEquals("code", way.said("response_type"));
            assertEquals("S256", way.said("code_challenge_method"));
            assertTrue(way.said("code_challenge").matches("[A-Za-z0-9_-]{43}"), way.toString());
            assertTrue(way.said("state").length() >= 32, way.toString());
            assertTrue(way.said("nonce").length() >= 32, way.toString());
        }
        ONE_TIME.forEach(name -> assertNotEquals(one.said(name), other.said(name), name));
    }

    @Test
    void theRightAnswerOpensASession() {
        Way way = Way.begin();
        Reply back = way.back(issuer.sign(claims(way))).require(303);
        assertEquals("/", back.header("Location"));
        assertTrue(opensASession(back), back.headers().toString());
    }

    @Test
    void anAnswerCountsOnlyInTheBrowserThatAsked() {
        Way mine = Way.begin();
        Way other = Way.begin();
        String code = issuer.grant(mine.said("code_challenge"), issuer.sign(claims(mine)));
        assertRefused(other.back(code, mine.said("state"), ""));
        assertRefused(Api.get(LOGIN + "?code=" + code + "&state=" + mine.said("state"), null));
        assertRefused(mine.back(code, other.said("state"), ""));
    }

    /** The provider tells that the code was asked for with another challenge, and gives no token. */
    @Test
    void aCodeOfAnotherWayDoesNotPass() {
        Way mine = Way.begin();
        Way other = Way.begin();
        String code = issuer.grant(other.said("code_challenge"), issuer.sign(claims(mine)));
        assertRefused(mine.back(code, mine.said("state"), ""));
    }

    @Test
    void onlyATokenForThisVeryWayLetsIn() throws Exception {
        for (String fault : List.of(
                "another nonce",
                "no nonce",
                "another audience",
                "another issuer",
                "expired",
                "another's key",
                "no signature")) {
            Way way = Way.begin();
            JwtClaims claims = claims(way);
            switch (fault) {
                case "another nonce" -> claims.setClaim("nonce", Way.begin().said("nonce"));
                case "no nonce" -> claims.unsetClaim("nonce");
                case "another audience" -> claims.setAudience("another");
                case "another issuer" -> claims.setIssuer("https://evil.example");
                case "expired" ->
                    claims.setExpirationTime(
                            NumericDate.fromSeconds(clock.instant().getEpochSecond() - 120));
                default -> {}
            }
            String token = switch (fault) {
                case "another's key" ->
                    TestIssuer.sign(
                            claims,
                            TestIssuer.generate("other").getPrivateKey(),
                            "RS256",
                            Map.of("kid", issuer.key().getKeyId()));
                case "no signature" -> TestIssuer.sign(claims, null, "none", Map.of());
                default -> issuer.sign(claims);
            };
            try (LogCapture log = LogCapture.start()) {
                assertRefused(way.back(token), fault);
                String claimed = claims.getSubject();
                assertEquals(
                        List.of(),
                        log.lines().stream()
                                .filter(line -> line.contains(token) || line.contains(claimed))
                                .toList(),
                        "the log shows whom a refused token is about");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "//evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "https:evil.example",
                "///evil.example",
                "/\t/evil.example",
                "javascript:alert('evil')"
            })
    void nothingThatIsAskedForLeadsAnywhereElse(String place) {
        String asking = Stream.of(
                        "return_to",
                        "returnTo",
                        "redirect_uri",
                        "redirect_url",
                        "redirect",
                        "next",
                        "url",
                        "landing",
                        "continue",
                        "target_link_uri",
                        "RelayState")
                .map(name -> name + "=" + URLEncoder.encode(place, UTF_8))
                .collect(Collectors.joining("&"));
        Way way = Way.begin("?" + asking, "X-Forwarded-Host", "evil.example", "Referer", "https://evil.example/");
        assertEquals(issuer.url() + "/authorize", way.place());
        assertEquals(Api.baseUrl() + LOGIN, way.said("redirect_uri"));
        assertFalse(way.toString().contains("evil"), way.toString());
        String code = issuer.grant(way.said("code_challenge"), issuer.sign(claims(way)));
        Reply back = way.back(code, way.said("state"), "&" + asking).require(303);
        assertEquals("/", back.header("Location"));
    }

    private void assertRefused(Reply reply) {
        assertRefused(reply, "");
    }

    private void assertRefused(Reply reply, String why) {
        assertEquals("401 unauthenticated", reply.status() + " " + reply.code(), why + reply);
        assertFalse(opensASession(reply), why);
        assertEquals(
                "0",
                Rows.one(
                        "select count(*) from browser_session b join session s on s.id = b.session_id join account a on a.id = s.user_id where a.email = ?",
                        subject),
                why);
    }

    private static boolean opensASession(Reply reply) {
        return reply.headers().allValues("Set-Cookie").stream().anyMatch(cookie -> cookie.startsWith("__Host-celune="));
    }
}
