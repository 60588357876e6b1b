package ai.celune.crypto.vault;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Says how Vault is, and stays up: whatever needs no secret goes on without it, so no replica leaves the balance for its sake. */
@Readiness
@ApplicationScoped
class VaultHealth implements HealthCheck {
    private final VaultConfig config;
    private final VaultState state;

    VaultHealth(VaultConfig config, VaultState state) {
        this.config = config;
        this.state = state;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health =
                HealthCheckResponse.named("Secret store").up();
        if (config.url().isEmpty()) {
            return health.withData("kind", "keyring").build();
        }
        VaultState.Seen seen = state.get();
        health.withData("kind", "vault");
        if (seen.lastAnswer() != null) {
            health.withData("lastSuccess", seen.lastAnswer().toString());
        }
        if (seen.degradedSince() != null) {
            health.withData("degradedSince", seen.degradedSince().toString());
        }
        return health.build();
    }
}
