package ai.celune.identity.oidc;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The identity providers at which people sign in, by the name that stands in the sign-in path. */
@ConfigMapping(prefix = "celune.oidc")
public interface OidcConfig {
    @WithParentName
    Map<String, Settings> providers();

    /** One provider. */
    interface Settings {
        /** Its issuer, exactly as its discovery document says it. */
        String issuer();

        /** The client that is Celune there. */
        String clientId();

        /** The client's secret, at least 32 characters: it also encrypts what a sign-in under way keeps in the browser. */
        String clientSecret();

        /** What is asked for besides {@code openid}. */
        @WithDefault("profile,email")
        List<String> scopes();

        /** The claim that names a person for good: {@code sub}, for Entra ID {@code oid}. */
        @WithDefault("sub")
        String subjectClaim();

        /** The workspace that unknown people join by their claims; none lets in only those who are known. */
        Optional<UUID> workspace();

        /** {@code value=role} in order of preference: the role of a person whose roles claim has the value. */
        Optional<List<String>> roles();

        /** The same for the groups claim, asked when no role of {@code roles} fits. */
        Optional<List<String>> groups();

        /** The claim with application roles, a list of texts in the ID token. */
        @WithDefault("roles")
        String rolesClaim();

        /** The claim with groups, a list of texts in the ID token. */
        @WithDefault("groups")
        String groupsClaim();

        /** Path of this origin where a browser goes after sign-in and sign-out. */
        @WithDefault("/")
        String landing();

        /** How old the provider's last word on a session may be before it is asked again; 0 for a provider that sends back-channel logouts. */
        @WithDefault("15m")
        Duration recheck();
    }
}
