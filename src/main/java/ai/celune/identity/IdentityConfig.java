package ai.celune.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long proofs of identity last. */
@ConfigMapping(prefix = "celune.session")
public interface IdentityConfig {
    /** Life of an access token, at most 15 minutes (R18). */
    @WithDefault("10m")
    Duration accessToken();

    /** Absolute life of a session: after it the person signs in again. */
    @WithDefault("12h")
    Duration lifetime();

    /** How long a browser's session lives between two requests; noted to the minute. */
    @WithDefault("30m")
    Duration idle();

    /** The {@code iss} and {@code aud} of access tokens. */
    @WithDefault("celune")
    String issuer();

    /** Life of access codes and invitations unless told otherwise; reset codes live an hour. */
    @WithDefault("7d")
    Duration codes();
}
