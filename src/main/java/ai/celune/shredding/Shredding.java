package ai.celune.shredding;

import ai.celune.audit.AuditLog;
import ai.celune.audit.Origin;
import ai.celune.crypto.Sealer;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.crypto.vault.VaultConfig;
import ai.celune.tenancy.Scope;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Destroys the workspaces whose grace is over, step by step. */
@ApplicationScoped
class Shredding {
    private static final Logger LOG = Logger.getLogger(Shredding.class);

    private final EntityManager entities;
    private final Shreds shreds;
    private final WorkspaceRows rows;
    private final WorkspaceKeys keys;
    private final Sealer sealer;
    private final AuditLog audit;
    private final Scope scope;
    private final VaultConfig vault;
    private final Clock clock;

    Shredding(
            EntityManager entities,
            Shreds shreds,
            WorkspaceRows rows,
            WorkspaceKeys keys,
            Sealer sealer,
            AuditLog audit,
            Scope scope,
            VaultConfig vault,
            Clock clock) {
        this.entities = entities;
        this.shreds = shreds;
        this.rows = rows;
        this.keys = keys;
        this.sealer = sealer;
        this.audit = audit;
        this.scope = scope;
        this.vault = vault;
        this.clock = clock;
    }

    @Scheduled(every = "${celune.workspace.shred-every:1m}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        List<?> over = scope.asPlatform(
                () -> entities.createNativeQuery("select id from workspace where deletes_at <= :now and not exists"
                                + " (select 1 from shred_record where workspace_id = id)")
                        .setParameter("now", clock.instant())
                        .getResultList());
        over.forEach(workspace -> steps((UUID) workspace, this::begin));
        shreds.unfinished().forEach(workspace -> steps(workspace, this::goOn));
    }

    private void steps(UUID workspace, Predicate<UUID> step) {
        scope.asWorkspaceStepwise(
                workspace, "steps of destruction", () -> scope.asPlatform(() -> step.test(workspace)));
    }

    /** The lock is the one of a restoration, and what it finds is what stands after that. */
    private boolean begin(UUID workspace) {
        List<?> over = entities.createNativeQuery(
                        "select id from workspace where id = :id and deletes_at <= :now for no key update skip locked")
                .setParameter("id", workspace)
                .setParameter("now", clock.instant())
                .getResultList();
        if (!over.isEmpty() && shreds.findByIdOptional(workspace).isEmpty()) {
            keys.beginShredding(workspace);
            shreds.persist(new ShredRecord(workspace, keyVersion(workspace), clock.instant()));
            audit.recordFrom(Origin.NOBODY, new ShredEvents.Started(workspace));
        }
        return false;
    }

    private int keyVersion(UUID workspace) {
        List<?> rotated = entities.createNativeQuery("select key_version from encryption_key where workspace_id = :id")
                .setParameter("id", workspace)
                .getResultList();
        return rotated.isEmpty() ? 1 : (Integer) rotated.getFirst();
    }

    /** Does the next step, and says whether another one can follow at once. */
    private boolean goOn(UUID workspace) {
        Optional<ShredRecord> taken = shreds.take(workspace);
        if (taken.isEmpty()) {
            return false;
        }
        ShredRecord record = taken.get();
        if (!record.isKeyDestroyed()) {
            return destroyKey(record);
        }
        return record.isProved() ? deleteRows(record) : prove(record);
    }

    private boolean destroyKey(ShredRecord record) {
        if (!record.hasDrained(clock.instant())) {
            return false;
        }
        sealer.shred(record.workspaceId());
        record.keyDestroyed(clock.instant(), vault.snapshotRetention());
        audit.recordForOperators(new ShredEvents.KeyDestroyed(record.workspaceId(), record.keyVersion()));
        return true;
    }

    private boolean prove(ShredRecord record) {
        Optional<String> failure = keys.triedInVain(record.workspaceId());
        if (failure.isEmpty()) {
            LOG.errorf(
                    "the key of workspace %s still opens what it sealed, and is destroyed again", record.workspaceId());
            sealer.shred(record.workspaceId());
            return false;
        }
        record.proved(failure.get(), clock.instant());
        audit.recordForOperators(new ShredEvents.Proved(record.workspaceId(), failure.get()));
        return true;
    }

    private boolean deleteRows(ShredRecord record) {
        int deleted = rows.deleteSome();
        record.deleted(deleted);
        if (deleted > 0) {
            return true;
        }
        record.finish(clock.instant());
        audit.recordForOperators(
                new ShredEvents.Finished(record.workspaceId(), record.rowsDeleted(), record.horizon()));
        return false;
    }
}
