package ai.celune.ops;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Unsafe configuration stops the process in {@code prod} and names the property. What belongs to one machine only is never acceptable
 * there; other findings are, by name, in {@code celune.startup.accept}.
 */
@ApplicationScoped
class StartupChecks {
    private static final Logger LOG = Logger.getLogger(StartupChecks.class);
    private static final Set<String> ONE_MACHINE = Set.of("local", "dev", "test");

    private final Config config;

    StartupChecks(Config config) {
        this.config = config;
    }

    /** @param name by which an acceptable finding is accepted; null for one that never is */
    record Finding(Optional<String> name, String property, String why) {}

    void onStart(@Observes @Priority(1) StartupEvent started) {
        if (!ConfigUtils.getProfiles().contains("prod")
                && ConfigUtils.getProfiles().stream().anyMatch(ONE_MACHINE::contains)) {
            return;
        }
        List<Finding> findings = findings();
        findings.forEach(finding -> LOG.errorf("%s: %s", finding.property, finding.why));
        if (!findings.isEmpty()) {
            throw new IllegalStateException("unsafe configuration: "
                    + String.join(", ", findings.stream().map(Finding::property).toList()));
        }
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        boolean keyringIsRead = isSet("celune.vault.url") && is("celune.crypto.seal-by", "vault");
        never(
                findings,
                isSet("celune.keyring.file") && !keyringIsRead,
                "celune.keyring.file",
                "the local keyring is for one machine only");
        acceptable(
                findings,
                isSet("celune.keyring.file") && keyringIsRead,
                "keyring-move",
                "celune.keyring.file",
                "it opens what was not moved to Vault yet, and must go when everything is");
        never(findings, is("celune.ratelimit.enabled", false), "celune.ratelimit.enabled", "limits must be on");
        never(
                findings,
                is("celune.egress.allow-loopback", true),
                "celune.egress.allow-loopback",
                "calls must not reach this machine");
        never(
                findings,
                isSet("quarkus.flyway.password"),
                "quarkus.flyway.password",
                "a serving process must not see the owner's password");
        never(
                findings,
                is("quarkus.http.proxy.proxy-address-forwarding", true) && !isSet("quarkus.http.proxy.trusted-proxies"),
                "quarkus.http.proxy.trusted-proxies",
                "without it anybody's forwarding headers are believed");
        never(
                findings,
                is("quarkus.http.proxy.allow-forwarded", true),
                "quarkus.http.proxy.allow-forwarded",
                "the client's address is read from X-Forwarded-For alone");
        never(
                findings,
                is("quarkus.mailer.mock", true),
                "quarkus.mailer.mock",
                "codes would stand in the log instead of a mail");
        never(
                findings,
                is("celune.provider.open-by-default", true),
                "celune.provider.open-by-default",
                "a provider must be approved, with a record of how it treats data");
        for (String name : config.getPropertyNames()) {
            never(
                    findings,
                    name.startsWith("celune.broker.provider.")
                            && name.endsWith(".base-url")
                            && !value(name).orElse("").startsWith("https://"),
                    name,
                    "providers are called by https only");
            never(
                    findings,
                    name.matches("celune\\.slack\\.(api|webhook)-url")
                            && !value(name).orElse("").startsWith("https://"),
                    name,
                    "Slack is called by https only");
            never(
                    findings,
                    name.matches("celune\\.workload\\.[^.]+\\.(issuer|keys)")
                            && value(name).orElse("").startsWith("http:"),
                    name,
                    "whoever is on the way could sign for any workload");
        }
        acceptable(
                findings,
                !isSet("quarkus.http.ssl.certificate.files")
                        && !is("quarkus.http.proxy.proxy-address-forwarding", true),
                "plain-http",
                "quarkus.http.ssl.certificate.files",
                "there is neither TLS nor a trusted proxy");
        acceptable(
                findings,
                value("celune.vault.url").orElse("").startsWith("http:"),
                "plain-vault",
                "celune.vault.url",
                "what is sealed and opened passes unencrypted");
        acceptable(
                findings,
                isSet("celune.mail.from")
                        && !is("quarkus.mailer.start-tls", "REQUIRED")
                        && !is("quarkus.mailer.tls", true),
                "plain-mail",
                "quarkus.mailer.start-tls",
                "codes pass unencrypted to the mail server");
        acceptable(
                findings,
                is("celune.session.issuer", "celune"),
                "default-issuer",
                "celune.session.issuer",
                "the issuer of access tokens should be this installation's own");
        acceptable(
                findings,
                is("quarkus.http.cors.origins", "*") || is("quarkus.http.cors.origins", "/.*/"),
                "wildcard-cors",
                "quarkus.http.cors.origins",
                "any web page could call with a user's token");
        return findings;
    }

    private static void never(List<Finding> findings, boolean found, String property, String why) {
        if (found) {
            findings.add(new Finding(Optional.empty(), property, why));
        }
    }

    private void acceptable(List<Finding> findings, boolean found, String name, String property, String why) {
        List<String> accepted =
                List.of(value("celune.startup.accept").orElse("").split("\\s*,\\s*", -1));
        if (found && !accepted.contains(name)) {
            findings.add(new Finding(Optional.of(name), property, why + "; accept it as " + name));
        }
    }

    private boolean isSet(String property) {
        return value(property).isPresent();
    }

    private boolean is(String property, String expected) {
        return value(property).filter(expected::equals).isPresent();
    }

    /** In every spelling that configuration takes for it. */
    private boolean is(String property, boolean expected) {
        return config.getOptionalValue(property, Boolean.class)
                .filter(value -> value == expected)
                .isPresent();
    }

    private Optional<String> value(String property) {
        return config.getOptionalValue(property, String.class);
    }
}
