package ai.celune.ratelimit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.OptionalInt;

/** What may be told about limits; reads, writes and sign-ins are promised numbers and not among it (R75-R77). */
@ConfigMapping(prefix = "celune.ratelimit")
public interface RateLimitConfig {
    /** Off for development and tests only; {@code prod} refuses to start without limits. */
    @WithDefault("true")
    boolean enabled();

    /** Broker calls per minute and credential, unless the workspace sets its own number. */
    @WithDefault("600")
    int broker();

    /** Verifications of keys per minute and credential. */
    @WithDefault("6000")
    int verify();

    /** The most that a workspace may set for itself. */
    @WithDefault("6000")
    int brokerMaximum();

    /** For one question to Valkey or Redis; then this replica decides by its share. */
    @WithDefault("50ms")
    Duration deadline();

    /** Replicas among which limits are shared while Valkey is away; by default as many as it has seen alive. */
    OptionalInt replicas();
}
