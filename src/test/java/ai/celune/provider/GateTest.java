package ai.celune.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.celune.egress.AddressGuard;
import ai.celune.web.Problem;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Without the defaults of development nothing passes that nobody has vouched for (R54, R73). */
class GateTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Instant LATER = NOW.plusMillis(1);
    private static final String HOST = "models.example.com";
    private static final Catalogue CATALOGUE = new Catalogue(
            new SmallRyeConfigBuilder()
                    .withMapping(CatalogueConfig.class)
                    .withSources(new PropertiesConfigSource(
                            Map.of(
                                    "celune.broker.provider.named.title", "Named",
                                    "celune.broker.provider.named.base-url", "https://api.named.test",
                                    "celune.broker.provider.named.paths", "/",
                                    "celune.broker.provider.regional.title", "Regional",
                                    "celune.broker.provider.regional.hosts", ".regional.test",
                                    "celune.broker.provider.regional.paths", "/",
                                    "celune.broker.provider.custom.title", "Custom",
                                    "celune.broker.provider.custom.paths", "/"),
                            "test",
                            100))
                    .build()
                    .getConfigMapping(CatalogueConfig.class),
            AddressGuard.of(List.of(), false));
    private static final Provider LISTED = provider(Optional.of("https://api.example.com"), List.of());
    private static final Provider REGIONAL = provider(Optional.empty(), List.of(".example.com"));
    private static final Provider ANYBODY = provider(Optional.empty(), List.of());

    private final Gate gate = new Gate(CATALOGUE, false, Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void nothingPassesThatNobodyHasVouchedFor() {
        assertRefused("vendor_not_approved", LISTED, null, null);
        assertRefused("vendor_not_approved", REGIONAL, null, attested(false, LATER));
        assertRefused("provider_policy", ANYBODY, null, null);
    }

    @Test
    void anApprovalAloneIsNotEnough() {
        assertRefused("provider_policy", LISTED, decided(LATER, null), null);
        assertEquals("registry:1", gate.require(LISTED, HOST, decided(LATER, LATER), null));
    }

    @Test
    void aRecordAloneIsNotEnough() {
        assertRefused("vendor_not_approved", LISTED, decided(null, LATER), null);
    }

    @Test
    void everythingEndsAtItsEnd() {
        assertRefused("vendor_not_approved", LISTED, decided(NOW, LATER), null);
        assertRefused("provider_policy", LISTED, decided(LATER, NOW), null);
        assertRefused("provider_policy", ANYBODY, null, attested(false, NOW));
    }

    @Test
    void anAttestationIsARecordToo() {
        assertEquals("attested:7", gate.require(ANYBODY, HOST, null, attested(false, LATER)));
        assertEquals("attested:7", gate.require(LISTED, HOST, decided(LATER, null), attested(false, LATER)));
        assertRefused("provider_policy", ANYBODY, null, attested(true, LATER));
    }

    @Test
    void whoeverHasANameIsNotAnybody() {
        Attestation attested = attested(false, LATER);
        for (String host : List.of("api.named.test", "mine.regional.test")) {
            Problem refused = assertThrows(Problem.class, () -> gate.require(ANYBODY, host, null, attested));
            assertEquals("vendor_not_approved", refused.code().code());
        }
        assertEquals("attested:7", gate.require(ANYBODY, "named.test", null, attested));
    }

    @Test
    void theDefaultsOfDevelopmentGiveWayToDecisions() {
        Gate open = new Gate(CATALOGUE, true, Clock.fixed(NOW, ZoneOffset.UTC));
        assertEquals("default", open.require(LISTED, HOST, null, null));
        assertEquals("default", open.require(ANYBODY, HOST, null, null));
        assertEquals("registry:1", open.require(LISTED, HOST, decided(null, LATER), null));
        assertThrows(Problem.class, () -> open.require(LISTED, HOST, decided(null, NOW), null));
        assertThrows(Problem.class, () -> open.require(LISTED, HOST, decided(NOW, null), null));
    }

    @Test
    void onlyHostsOfTheProviderAreItsOwn() {
        assertEquals(true, REGIONAL.livesAt("mine.example.com"));
        assertEquals(false, REGIONAL.livesAt("example.com"));
        assertEquals(false, REGIONAL.livesAt("mine.example.com.evil.test"));
        assertEquals(false, REGIONAL.livesAt("evilexample.com"));
        assertEquals(true, ANYBODY.livesAt("anything.test"));
    }

    @Test
    void aPathMayNameTheModel() {
        assertEquals(Optional.of("g-1"), LISTED.modelIn("/v1beta/models/g-1:generateContent"));
        assertEquals(Optional.of("g-1"), LISTED.modelIn("/v1beta/models/g-1"));
        assertEquals(Optional.of("g-1"), LISTED.modelIn("/v1beta/models/g-1/x"));
        assertEquals(Optional.empty(), LISTED.modelIn("/v1beta/models/"));
        assertEquals(Optional.empty(), LISTED.modelIn("/v1beta/models"));
        assertEquals(Optional.empty(), LISTED.modelIn("/v1/chat"));
    }

    private void assertRefused(
            String code, Provider provider, @Nullable Clearance decided, @Nullable Attestation attested) {
        Problem refused = assertThrows(Problem.class, () -> gate.require(provider, HOST, decided, attested));
        assertEquals(code, refused.code().code());
    }

    private static Clearance decided(@Nullable Instant approvedUntil, @Nullable Instant recordedUntil) {
        Clearance clearance = new Clearance();
        if (approvedUntil != null) {
            clearance.approve(approvedUntil);
        }
        if (recordedUntil != null) {
            clearance.record(new RecordPolicy(false, 30, "EU", recordedUntil, "terms"), new UUID(0, 1), NOW);
        }
        return clearance;
    }

    private static Attestation attested(boolean trains, Instant until) {
        return new Attestation(7, new DataPolicy(trains, 0, "EU", until));
    }

    private static Provider provider(Optional<String> origin, List<String> hosts) {
        return new Provider(
                "some",
                "Some",
                origin,
                hosts,
                Optional.empty(),
                List.of("/"),
                Optional.empty(),
                Optional.of("/models/"),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }
}
