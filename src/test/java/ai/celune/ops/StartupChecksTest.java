package ai.celune.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Unsafe configuration is found and named by its property. */
class StartupChecksTest {
    private static final Map<String, String> SAFE = Map.of(
            "quarkus.http.ssl.certificate.files", "tls.crt",
            "celune.session.issuer", "https://celune.example.com",
            "celune.broker.provider.openai.base-url", "https://api.openai.com");

    @Test
    void safeConfigurationHasNoFinding() {
        assertEquals(List.of(), findings(Map.of()));
    }

    @Test
    void partsForOneMachineAreNeverAcceptable() {
        assertEquals(
                List.of("celune.keyring.file", "celune.ratelimit.enabled", "celune.egress.allow-loopback"),
                findings(Map.of(
                        "celune.keyring.file", "/data/keyring.json",
                        "celune.ratelimit.enabled", "false",
                        "celune.egress.allow-loopback", "true",
                        "celune.startup.accept", "plain-http,default-issuer,wildcard-cors")));
    }

    /** As a writer never, not even beside Vault. */
    @Test
    void theKeyringMayBeReadForAMoveWhenThatIsNamed() {
        Map<String, String> both = new HashMap<>(Map.of(
                "celune.keyring.file", "/data/keyring.json", "celune.vault.url", "https://vault.example.com:8200"));
        List<String> refused = List.of("celune.keyring.file");
        assertEquals(refused, findings(both));
        both.put("celune.startup.accept", "keyring-move");
        assertEquals(refused, findings(both));
        both.put("celune.crypto.seal-by", "keyring");
        assertEquals(refused, findings(both));
        both.put("celune.crypto.seal-by", "vault");
        assertEquals(List.of(), findings(both));
        both.remove("celune.startup.accept");
        assertEquals(refused, findings(both));
        both.remove("celune.vault.url");
        both.put("celune.startup.accept", "keyring-move");
        assertEquals(refused, findings(both));
    }

    @Test
    void aServingProcessMustNotSeeTheOwnersPassword() {
        assertEquals(List.of("quarkus.flyway.password"), findings(Map.of("quarkus.flyway.password", "hunter2hunter2")));
    }

    @Test
    void forwardingHeadersAreBelievedOfNamedProxiesOnly() {
        Map<String, String> everybody = Map.of("quarkus.http.proxy.proxy-address-forwarding", "true");
        assertEquals(List.of("quarkus.http.proxy.trusted-proxies"), findings(everybody));
        Map<String, String> named = new HashMap<>(everybody);
        named.put("quarkus.http.proxy.trusted-proxies", "10.0.0.7");
        assertEquals(List.of(), findings(named));
        named.put("quarkus.http.proxy.allow-forwarded", "true");
        assertEquals(List.of("quarkus.http.proxy.allow-forwarded"), findings(named));
    }

    @Test
    void providersAreCalledByHttpsOnly() {
        assertEquals(
                List.of("celune.broker.provider.openai.base-url"),
                findings(Map.of("celune.broker.provider.openai.base-url", "http://127.0.0.1:9")));
    }

    @Test
    void slackIsCalledByHttpsOnly() {
        for (String property : List.of("celune.slack.api-url", "celune.slack.webhook-url")) {
            assertEquals(List.of(property), findings(Map.of(property, "http://127.0.0.1:9")));
            assertEquals(List.of(), findings(Map.of(property, "https://slack-gov.com")));
        }
    }

    @Test
    void keysOfWorkloadsComeByHttps() {
        for (String property : List.of("issuer", "keys")) {
            String name = "celune.workload.cluster." + property;
            assertEquals(List.of(name), findings(Map.of(name, "http://issuer.example.com")));
            assertEquals(List.of(), findings(Map.of(name, "https://issuer.example.com")));
        }
    }

    @Test
    void vaultIsCalledByHttpsUnlessAccepted() {
        Map<String, String> plain = Map.of("celune.vault.url", "http://vault.example.com:8200");
        assertEquals(List.of("celune.vault.url"), findings(plain));
        Map<String, String> accepted = new HashMap<>(plain);
        accepted.put("celune.startup.accept", "plain-vault");
        assertEquals(List.of(), findings(accepted));
    }

    @Test
    void someFindingsCanBeAcceptedByName() {
        Map<String, String> wildcard = Map.of("quarkus.http.cors.origins", "*");
        assertEquals(List.of("quarkus.http.cors.origins"), findings(wildcard));
        Map<String, String> accepted = new HashMap<>(wildcard);
        accepted.put("celune.startup.accept", "wildcard-cors");
        assertEquals(List.of(), findings(accepted));
    }

    @Test
    void findingsSayHowTheyAreAccepted() {
        List<StartupChecks.Finding> findings =
                checks(Map.of("celune.session.issuer", "celune")).findings();
        assertTrue(findings.getFirst().why().endsWith("accept it as default-issuer"));
    }

    private static List<String> findings(Map<String, String> properties) {
        return checks(properties).findings().stream()
                .map(StartupChecks.Finding::property)
                .toList();
    }

    private static StartupChecks checks(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(SAFE);
        all.putAll(properties);
        return new StartupChecks(new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build());
    }
}
