package ai.celune.ratelimit;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Says where limits are counted, and stays up: without Valkey they are stricter, and nothing else changes. */
@Readiness
@ApplicationScoped
class LimiterHealth implements HealthCheck {
    private final SharedLimits limits;

    LimiterHealth(SharedLimits limits) {
        this.limits = limits;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Rate limits")
                .up()
                .withData("kind", limits.isShared() ? "shared" : "in process")
                .withData("degraded", limits.isDegraded())
                .build();
    }
}
