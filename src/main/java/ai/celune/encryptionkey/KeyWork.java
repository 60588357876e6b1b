package ai.celune.encryptionkey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.crypto.SealedColumns;
import ai.celune.crypto.Sealer;
import ai.celune.tenancy.Scope;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Rotates the keys whose time has come and re-wraps what rotated ones have sealed: for each workspace a page at a time in a transaction of its own, so that any
 * replica goes on where another one stopped.
 */
@ApplicationScoped
class KeyWork {
    private static final Logger LOG = Logger.getLogger(KeyWork.class);

    private final EntityManager entities;
    private final EncryptionKeys keys;
    private final SealedColumns columns;
    private final Sealer sealer;
    private final AuditLog audit;
    private final Scope scope;
    private final EncryptionKeyConfig config;
    private final MeterRegistry metrics;
    private final Clock clock;

    KeyWork(
            EntityManager entities,
            EncryptionKeys keys,
            SealedColumns columns,
            Sealer sealer,
            AuditLog audit,
            Scope scope,
            EncryptionKeyConfig config,
            MeterRegistry metrics,
            Clock clock) {
        this.entities = entities;
        this.keys = keys;
        this.columns = columns;
        this.sealer = sealer;
        this.audit = audit;
        this.scope = scope;
        this.config = config;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Scheduled(every = "${celune.crypto.look-every:10m}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void rotate() {
        forEach(
                () -> entities.createNativeQuery(
                                "select k.workspace_id from workspace_key k left join encryption_key e using (workspace_id)"
                                        + " where not k.ready and k.shredding_at is null and coalesce(e.rotated_at, k.created_at) <= :before"
                                        + " and (e.id is null or e.finished_at is not null)")
                        .setParameter("before", clock.instant().minus(config.rotateEvery()))
                        .getResultList(),
                keys::rotateWhenDue);
    }

    @Scheduled(every = "${celune.crypto.rewrap-pace:1s}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void rewrap() {
        forEach(
                () -> entities.createNativeQuery(
                                "select workspace_id from encryption_key join workspace_key using (workspace_id)"
                                        + " where finished_at is null and shredding_at is null")
                        .getResultList(),
                this::goOn);
    }

    private void forEach(Supplier<List<?>> wanted, Consumer<UUID> work) {
        List<?> workspaces = List.of();
        try {
            workspaces = scope.asPlatform(wanted);
        } catch (Exception e) {
            // Each second while the database is away, of which others tell.
            LOG.debugf("work on keys waits for the next run: %s", e);
        }
        workspaces.forEach(workspace -> scope.asWorkspaceStepwise((UUID) workspace, "rotation and re-wrapping", () -> {
            work.accept((UUID) workspace);
            // One page for each run: that is the pace.
            return false;
        }));
    }

    private void goOn(UUID workspace) {
        Optional<EncryptionKey> taken = keys.takeInWork(workspace);
        if (taken.isEmpty()) {
            return;
        }
        EncryptionKey key = taken.get();
        if (key.state() == RewrapState.running) {
            SealedColumns.Page page = columns.rewrap(workspace, key.position(), key.keyVersion());
            key.moved(page, clock.instant());
            count("rewrapped", page.rewrapped());
            count("failed", page.failed());
        } else if (key.hasSettled(clock.instant()) && key.verified(columns.below(key.keyVersion()), clock.instant())) {
            end(workspace, key);
        }
    }

    /** Before the commit: should it fail, the next run raises again, which is harmless. */
    private void end(UUID workspace, EncryptionKey key) {
        if (key.state() == RewrapState.done) {
            sealer.raiseMinimum(workspace, key.keyVersion());
            key.raised();
        }
        audit.recordFrom(
                Origin.NOBODY,
                new EncryptionKeyEvents.RewrapEnded(
                        workspace, key.keyVersion(), key.lowestVersion(), key.done(), key.failed()));
    }

    private void count(String outcome, int values) {
        metrics.counter("celune.crypto.rewraps", "outcome", outcome).increment(values);
    }
}
