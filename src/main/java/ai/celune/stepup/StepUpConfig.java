package ai.celune.stepup;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When a proof of identity is recent. */
@ConfigMapping(prefix = "celune.step-up")
public interface StepUpConfig {
    /** How long after sign-in or {@code /v1/auth/reauthenticate} a session may hand out rights and change secrets. */
    @WithDefault("15m")
    Duration recent();
}
