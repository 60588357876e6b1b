package ai.celune.apikey.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.apikey.workload.WorkloadTokens.Verified;
import ai.celune.egress.EgressConfig;
import ai.celune.support.TestClock;
import ai.celune.support.TestIssuer;
import ai.celune.web.Problem;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only a configured issuer's own word, for one workspace here and for now, makes a workload known. */
class WorkloadTokensTest {
    private static final String SUBJECT = "system:serviceaccount:agents:summarizer";
    private static final UUID WORKSPACE = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
    private static final String AUDIENCE = "celune:" + WORKSPACE;

    private final TestIssuer issuer = new TestIssuer(0);
    private final TestClock clock = new TestClock();
    private final WorkloadTokens tokens = tokens(Map.of());

    @TempDir
    Path folder;

    @BeforeEach
    void stopClock() {
        clock.stop();
    }

    @AfterEach
    void close() {
        issuer.close();
    }

    @Test
    void aGoodTokenNamesItsWorkload() {
        Workload expected = new Workload(issuer.url(), SUBJECT, AUDIENCE);
        assertEquals(Optional.of(expected), verify(claims -> {}));
        assertEquals(
                Optional.of(expected), verify(claims -> claims.setAudience(List.of("https://other.test", AUDIENCE))));
    }

    @Test
    void aTokenOfAnIssuerThatIsNotConfiguredIsNoneOfOurs() {
        for (String other : List.of(issuer.url() + "/", "https://other.test")) {
            JwtClaims claims = claims();
            claims.setIssuer(other);
            assertEquals(Optional.empty(), tokens.issuer(issuer.sign(claims)).map(WorkloadIssuer::issuer));
        }
        for (String junk : List.of("", ".", "..", "a.b.c", "clk_live_x", "x".repeat(9_000))) {
            assertTrue(tokens.issuer(junk).isEmpty(), junk);
        }
        JwtClaims none = claims();
        none.unsetClaim("iss");
        assertTrue(tokens.issuer(issuer.sign(none)).isEmpty());
    }

    @Test
    void itIsForOneWorkspaceHere() {
        assertRefused(claims -> claims.setAudience("https://other.test"));
        assertRefused(claims -> claims.setAudience("Celune:" + WORKSPACE));
        assertRefused(claims -> claims.setAudience(List.of(AUDIENCE, "celune:" + UUID.randomUUID())));
        assertRefused(claims -> claims.unsetClaim("aud"));
        assertRefused(claims -> claims.setAudience("celune:\0"));
        assertRefused(claims -> claims.setAudience("celune:"));
        assertRefused(claims -> claims.setSubject("a\0b"));
        assertRefused(claims -> claims.unsetClaim("sub"));
        assertRefused(claims -> claims.setClaim("sub", 7));
        assertRefused(claims -> claims.setClaim("aud", Map.of()));
    }

    @Test
    void itIsForNowAndNotForLong() {
        assertTrue(verify(claims -> lives(claims, 89, 3600)).isPresent(), "clocks may be ninety seconds apart");
        assertRefused(claims -> lives(claims, 92, 3600));
        assertTrue(verify(claims -> lives(claims, -3600, -89)).isPresent());
        assertRefused(claims -> lives(claims, -3600, -92));
        assertRefused(claims -> claims.unsetClaim("exp"));
        assertRefused(claims -> claims.unsetClaim("iat"));
        assertRefused(claims -> claims.setNotBefore(at(92)));
        assertTrue(verify(claims -> lives(claims, 0, 86_400)).isPresent());
        assertRefused(claims -> lives(claims, 0, 86_400 + 180));
        assertRefused(claims -> lives(claims, -86_400 - 180, 60));
    }

    @Test
    void itIsSignedByTheIssuer() {
        Map<String, Object> header = Map.of("kid", issuer.key().getKeyId());
        assertEquals(
                Optional.empty(),
                verify(TestIssuer.sign(claims(), TestIssuer.generate("other").getPrivateKey(), "RS256", header)));
        assertEquals(
                Optional.empty(),
                verify(TestIssuer.sign(
                        claims(), new HmacKey(issuer.key().getRsaPublicKey().getEncoded()), "HS256", header)));
        assertEquals(Optional.empty(), verify(TestIssuer.sign(claims(), null, "none", Map.of())));
        String good = issuer.sign(claims());
        assertEquals(Optional.empty(), verify(good.substring(0, good.length() - 4) + "AAAA"));
        JwtClaims other = claims();
        other.setSubject("system:serviceaccount:agents:admin");
        String[] parts = good.split("\\.", 3);
        assertEquals(
                Optional.empty(), verify(parts[0] + "." + issuer.sign(other).split("\\.", 3)[1] + "." + parts[2]));
        assertEquals(
                Optional.empty(),
                verify(TestIssuer.sign(
                        claims(),
                        issuer.key().getPrivateKey(),
                        "RS256",
                        Map.of("kid", issuer.key().getKeyId(), "crit", List.of("x"), "x", 1))));
    }

    @Test
    void keysThatRotatedAreReadOnceAndThoseThatAreMadeUpCostLittle() {
        assertTrue(verify(claims -> {}).isPresent());
        assertEquals(1, issuer.reads());
        issuer.rotate();
        assertRefused(claims -> {});
        assertEquals(1, issuer.reads(), "read again too soon");
        clock.advance(Duration.ofSeconds(11));
        assertTrue(verify(claims -> {}).isPresent());
        for (int i = 0; i < 50; i++) {
            verify(TestIssuer.sign(claims(), issuer.key().getPrivateKey(), "RS256", Map.of("kid", "made-up-" + i)));
        }
        assertEquals(2, issuer.reads());
    }

    @Test
    void whileOneReadsTheKeysTheOthersWaitForThemButNotForLong() throws Exception {
        issuer.delay(Duration.ofMillis(50));
        assertEquals(8, verifiedAtOnce(8));
        assertEquals(1, issuer.reads());
        issuer.rotate();
        clock.advance(Duration.ofSeconds(11));
        issuer.delay(Duration.ofMillis(1_600));
        assertEquals(1, verifiedAtOnce(8), "the others were told to come again");
        assertEquals(2, issuer.reads());
    }

    /** How many of so many calls were verified; the others could not be told. */
    private int verifiedAtOnce(int calls) throws Exception {
        String token = issuer.sign(claims());
        int verified = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(calls)) {
            for (Future<Boolean> one :
                    threads.invokeAll(Collections.<Callable<Boolean>>nCopies(calls, () -> isVerified(token)))) {
                verified += one.get() ? 1 : 0;
            }
        }
        return verified;
    }

    private boolean isVerified(String token) {
        try {
            return verify(token).isPresent();
        } catch (Problem unavailable) {
            assertEquals(WorkloadErrors.ISSUER_UNAVAILABLE, unavailable.code());
            return false;
        }
    }

    @Test
    void anIssuerWithoutKeysIsNoReasonToSayNo() {
        issuer.away(true);
        WorkloadTokens direct = tokens(Map.of("keys", issuer.keysUrl().toString()));
        for (int i = 0; i < 20; i++) {
            assertUnavailable(direct);
        }
        assertEquals(1, issuer.reads(), "tries that fail are as rare");
        assertUnavailable(tokens);
        issuer.away(false);
        clock.advance(Duration.ofSeconds(11));
        assertTrue(verify(claims -> {}).isPresent());
        issuer.away(true);
        assertTrue(verify(claims -> {}).isPresent(), "known keys go on");
        clock.advance(Duration.ofHours(23));
        assertTrue(verify(claims -> {}).isPresent());
        clock.advance(Duration.ofHours(1));
        assertUnavailable(tokens);
    }

    @Test
    void aKeyThatTheIssuerWithdrewEndsWithinAQuarterOfAnHour() {
        String stolen = issuer.sign(claims());
        assertTrue(verify(stolen).isPresent());
        issuer.rotate();
        clock.advance(Duration.ofMinutes(14));
        assertTrue(verify(stolen).isPresent());
        clock.advance(Duration.ofMinutes(1));
        assertEquals(Optional.empty(), verify(stolen));
    }

    @Test
    void anAnswerThatStopsInTheMiddleHoldsNobodyForLong() {
        issuer.stall();
        long begin = System.nanoTime();
        assertUnavailable(tokens);
        assertTrue(System.nanoTime() - begin < Duration.ofSeconds(9).toNanos());
        assertUnavailable(tokens);
    }

    @Test
    void aDiscoveryDocumentNamesNoFileOfOurs() throws IOException {
        Path file = folder.resolve("keys.json");
        Files.writeString(file, new JsonWebKeySet(issuer.key()).toJson(OutputControlLevel.PUBLIC_ONLY));
        issuer.keysAt(file.toUri().toString());
        assertUnavailable(tokens);
        issuer.keysAt("nonsense");
        clock.advance(Duration.ofSeconds(11));
        assertUnavailable(tokens);
    }

    @Test
    void whatWouldNotWorkStopsTheStart() {
        for (Map<String, String> wrong : List.of(
                Map.of("issuer", "cluster"),
                Map.of("issuer", "celune"),
                Map.of("keys", "/etc/keys.json"),
                Map.of("keys", "file:keys.json"),
                Map.of("keys", "ftp://issuer.test/keys"),
                Map.of("audience", "api://celune"))) {
            assertThrows(IllegalStateException.class, () -> tokens(wrong), wrong.toString());
        }
    }

    @Test
    void keysAreReadFromWhereTheConfigurationSays() throws IOException {
        Path file = folder.resolve("keys.json");
        Files.writeString(file, new JsonWebKeySet(issuer.key()).toJson(OutputControlLevel.PUBLIC_ONLY));
        WorkloadTokens byFile = tokens(Map.of("keys", file.toUri().toString()));
        assertTrue(verify(byFile, issuer.sign(claims())).isPresent());
        assertEquals(0, issuer.reads());
        Path token = folder.resolve("token");
        Files.writeString(token, "let-me-in\n");
        WorkloadTokens byUrl = tokens(Map.of("keys", issuer.keysUrl().toString(), "token-file", token.toString()));
        assertTrue(verify(byUrl, issuer.sign(claims())).isPresent());
        assertEquals(List.of("Bearer let-me-in"), issuer.presented());
        Files.writeString(file, "{}");
        assertUnavailable(tokens(Map.of("keys", file.toUri().toString())));
        assertUnavailable(tokens(Map.of("keys", folder.resolve("absent").toUri().toString())));
        assertUnavailable(tokens(Map.of("token-file", folder.resolve("absent").toString())));
        TestIssuer elsewhere = new TestIssuer(0);
        try (elsewhere) {
            elsewhere.rotate();
            issuer.keysAt(elsewhere.keysUrl().toString());
            assertEquals(
                    Optional.empty(), verify(tokens(Map.of("token-file", token.toString())), issuer.sign(claims())));
            assertEquals(List.of("null"), elsewhere.presented(), "a place that a document names gets no token");
        }
    }

    @Test
    void anIssuerThatKnowsNoWorkspacesBelongsToOne() {
        WorkloadTokens entra = tokens(Map.of("audience", "api://celune", "workspace", WORKSPACE.toString()));
        JwtClaims claims = claims();
        claims.setAudience("api://celune");
        assertEquals(
                Optional.of(new Workload(issuer.url(), SUBJECT, "api://celune")), verify(entra, issuer.sign(claims)));
        assertEquals(Optional.empty(), verify(entra, issuer.sign(claims())));
        WorkloadIssuer known = entra.issuer(issuer.sign(claims)).orElseThrow();
        assertTrue(known.workload(SUBJECT, WORKSPACE).isPresent());
        assertEquals(Optional.empty(), known.workload(SUBJECT, UUID.randomUUID()));
    }

    private void assertRefused(Consumer<JwtClaims> change) {
        assertEquals(Optional.empty(), verify(change));
    }

    private void assertUnavailable(WorkloadTokens by) {
        Problem problem = assertThrows(Problem.class, () -> verify(by, issuer.sign(claims())));
        assertEquals(WorkloadErrors.ISSUER_UNAVAILABLE, problem.code());
    }

    private Optional<Workload> verify(Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        return verify(issuer.sign(claims));
    }

    private Optional<Workload> verify(String token) {
        return verify(tokens, token);
    }

    private static Optional<Workload> verify(WorkloadTokens by, String token) {
        return by.verify(by.issuer(token).orElseThrow(), token).map(Verified::workload);
    }

    private JwtClaims claims() {
        return issuer.claims(SUBJECT, AUDIENCE, clock.instant());
    }

    private void lives(JwtClaims claims, long from, long until) {
        claims.setIssuedAt(at(from));
        claims.setNotBefore(at(from));
        claims.setExpirationTime(at(until));
    }

    private NumericDate at(long seconds) {
        return NumericDate.fromSeconds(clock.instant().getEpochSecond() + seconds);
    }

    private WorkloadTokens tokens(Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>(Map.of("celune.workload.test.issuer", issuer.url()));
        settings.forEach((name, value) -> properties.put("celune.workload.test." + name, value));
        var config = new SmallRyeConfigBuilder()
                .withMapping(WorkloadConfig.class)
                .withMapping(EgressConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
        return new WorkloadTokens(
                new WorkloadIssuers(
                        config.getConfigMapping(WorkloadConfig.class),
                        config.getConfigMapping(EgressConfig.class),
                        "celune",
                        clock),
                clock);
    }
}
