package ai.celune.identity.oidc;

import ai.celune.identity.oidc.OidcConfig.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A provider's settings without a configuration. */
record ProviderSettings(List<String> mappedRoles, List<String> mappedGroups) implements Settings {
    static final String ISSUER = "https://id.example.test";
    static final String CLIENT = "celune";

    static Provider provider() {
        return Provider.of("example", new ProviderSettings(List.of(), List.of()));
    }

    @Override
    public String issuer() {
        return ISSUER;
    }

    @Override
    public String clientId() {
        return CLIENT;
    }

    @Override
    public String clientSecret() {
        return "0123456789abcdef0123456789abcdef";
    }

    @Override
    public List<String> scopes() {
        return List.of("profile");
    }

    @Override
    public String subjectClaim() {
        return "sub";
    }

    @Override
    public Optional<UUID> workspace() {
        return Optional.empty();
    }

    @Override
    public Optional<List<String>> roles() {
        return Optional.of(mappedRoles);
    }

    @Override
    public Optional<List<String>> groups() {
        return Optional.of(mappedGroups);
    }

    @Override
    public String rolesClaim() {
        return "roles";
    }

    @Override
    public String groupsClaim() {
        return "groups";
    }

    @Override
    public String landing() {
        return "/";
    }

    @Override
    public Duration recheck() {
        return Duration.ofMinutes(15);
    }
}
