package ai.celune.ratelimit;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.security.CredentialEnded;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.Shutdown;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Counts over all replicas where {@code quarkus.redis.hosts} is set, else in this process; tells operators of outages. */
@ApplicationScoped
class SharedLimits implements SharedLog.Outages {
    private static final Logger LOG = Logger.getLogger(SharedLimits.class);

    private final UUID replica = Ids.next();
    private final AuditQueue audit;
    private final MeterRegistry metrics;
    private final @Nullable SharedLog shared;

    SharedLimits(InjectableInstance<Redis> redis, RateLimitConfig config, AuditQueue audit, MeterRegistry metrics) {
        this.audit = audit;
        this.metrics = metrics;
        if (redis.getHandle().getBean().isActive()) {
            shared = new SharedLog(
                    redis.get(),
                    replica,
                    config.deadline(),
                    config.replicas(),
                    RateLimiter.MINUTE,
                    System::nanoTime,
                    this);
            metrics.gauge("celune.limiter.degraded", this, limits -> limits.isDegraded() ? 1 : 0);
            metrics.gauge("celune.limiter.replicas", shared, SharedLog::replicas);
        } else {
            shared = null;
        }
    }

    /** As {@link SharedLog#take}. */
    Future<Decision> take(SlidingLog log, List<Limit> limits) {
        return shared == null ? Future.succeededFuture(log.take(limits)) : shared.take(log, limits);
    }

    /** As {@link SlidingLog#giveBack}. */
    void giveBack(SlidingLog log, Decision decision) {
        if (shared == null) {
            log.giveBack(decision);
        } else {
            shared.giveBack(log, decision);
        }
    }

    /**
     * A database that fails over to a late copy, or comes back from a backup, forgets ends of credentials; the tombstone does not (R28). An end may also be that of
     * a person or of a provider key: nothing asks for their tombstones.
     */
    void bury(@Observes(during = TransactionPhase.AFTER_SUCCESS) CredentialEnded end) {
        if (shared != null && end.workspaceId() == null) {
            shared.bury(
                    RateLimiter.principal(end.id().toString()), Objects.requireNonNullElse(end.at(), Instant.EPOCH));
        }
    }

    boolean isShared() {
        return shared != null;
    }

    /** Whether limits are stricter than they should be. */
    boolean isDegraded() {
        return shared != null && shared.mode() != Reliance.Mode.SHARED;
    }

    /** Before the first request, so that it finds a connection or knows that there is none. */
    void onStart(@Observes @Priority(100) StartupEvent started) {
        if (shared != null) {
            shared.start();
        }
    }

    @Scheduled(every = "1s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void beat() {
        if (shared != null) {
            shared.beat();
        }
    }

    @Shutdown
    void close() {
        if (shared != null) {
            shared.close();
        }
    }

    @Override
    public void failed(String reason) {
        metrics.counter("celune.limiter.failures", "reason", reason).increment();
    }

    @Override
    public void began(String reason, int replicas) {
        LOG.warnf("limits are counted without Valkey (%s): each replica admits its share, 1 of %d", reason, replicas);
        tell(new LimiterEvents.Degraded(replica, reason, replicas));
    }

    @Override
    public void ended() {
        LOG.info("limits are counted by Valkey again");
        tell(new LimiterEvents.Restored(replica));
    }

    private void tell(AuditEvent event) {
        audit.append(Scope.NOBODY, Origin.NOBODY, event).exceptionally(notStored -> {
            LOG.errorf(notStored, "%s was not stored", event);
            return null;
        });
    }
}
