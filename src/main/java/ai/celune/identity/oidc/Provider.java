package ai.celune.identity.oidc;

import ai.celune.identity.oidc.OidcConfig.Settings;
import ai.celune.security.IssuerKeys;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import java.time.Instant;

/**
 * An identity provider as configured.
 *
 * @param name as it stands in paths, audit entries and {@code browser_session}
 */
public record Provider(String name, Settings settings, ClaimMapping mapping, OidcTenantConfig tenant) {
    /** How far its clock may be from ours, in seconds (case: 90 s). */
    static final int CLOCK_SKEW = 90;

    private static final int SHORTEST_SECRET = 32;

    static Provider of(String name, Settings settings) {
        require(name, name.matches("[a-z][a-z0-9-]{0,30}"), "must be a lower-case name");
        require(name + ".client-secret", settings.clientSecret().length() >= SHORTEST_SECRET, "is too short");
        require(name + ".landing", settings.landing().matches("/([^/\\\\].*)?"), "must be a path of this origin");
        return new Provider(name, settings, ClaimMapping.of(name, settings), tenant(name, settings));
    }

    static void require(String property, boolean good, String why) {
        if (!good) {
            throw new IllegalStateException("celune.oidc." + property + " " + why);
        }
    }

    /** Where browsers begin to sign in, and where the provider sends them back. */
    static String loginPath(String name) {
        return "/v1/auth/oidc/" + name + "/login";
    }

    /** Whether it must be asked again about a session. */
    public boolean isDue(Instant checkedAt, Instant now) {
        return settings.recheck().isPositive()
                && !checkedAt.plus(settings.recheck()).isAfter(now);
    }

    private static OidcTenantConfig tenant(String name, Settings settings) {
        return OidcTenantConfig.authServerUrl(settings.issuer())
                .tenantId(name)
                .applicationType(ApplicationType.WEB_APP)
                .clientId(settings.clientId())
                .credentials(settings.clientSecret())
                .token()
                .issuer(settings.issuer())
                .audience(settings.clientId())
                .lifespanGrace(CLOCK_SKEW)
                .forcedJwkRefreshInterval(IssuerKeys.REREAD)
                .end()
                // They go sealed into the row of the session: ai.celune.identity.BrowserSessions.
                .tokenStateManager()
                .encryptionRequired(false)
                .end()
                .authentication()
                .redirectPath(loginPath(name))
                .removeRedirectParameters(false)
                .scopes(settings.scopes())
                .pkceRequired()
                .nonceRequired()
                // Every replica can finish what another began.
                .stateSecret(settings.clientSecret())
                .cookieForceSecure()
                .end()
                .build();
    }
}
