package ai.celune.audit;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Without the queue's writer no refusal is answered any more, and only a restart brings it back. */
@Liveness
class AuditQueueHealth implements HealthCheck {
    private final AuditQueue queue;

    AuditQueueHealth(AuditQueue queue) {
        this.queue = queue;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("audit-queue")
                .status(queue.isWriting())
                .build();
    }
}
