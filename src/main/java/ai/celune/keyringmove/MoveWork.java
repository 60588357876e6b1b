package ai.celune.keyringmove;

import ai.celune.audit.AuditLog;
import ai.celune.crypto.SealedColumns;
import ai.celune.crypto.Store;
import ai.celune.crypto.WorkspaceKeys;
import ai.celune.crypto.vault.Stores;
import ai.celune.encryptionkey.EncryptionKeys;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Timeouts;
import org.jboss.logging.Logger;

/** Carries runs out: some steps at a time, each a transaction of its own, by whichever replica has the run's row at that moment. */
@ApplicationScoped
class MoveWork {
    private static final Logger LOG = Logger.getLogger(MoveWork.class);
    private static final int STEPS_AT_ONCE = 20;

    private final KeyringMoves moves;
    private final Finds finds;
    private final EncryptionKeys keys;
    private final WorkspaceKeys workspaceKeys;
    private final SealedColumns columns;
    private final Stores stores;
    private final AuditLog audit;
    private final Scope scope;
    private final Transactions transactions;
    private final MeterRegistry metrics;
    private final Clock clock;

    MoveWork(
            KeyringMoves moves,
            Finds finds,
            EncryptionKeys keys,
            WorkspaceKeys workspaceKeys,
            SealedColumns columns,
            Stores stores,
            AuditLog audit,
            Scope scope,
            Transactions transactions,
            MeterRegistry metrics,
            Clock clock) {
        this.moves = moves;
        this.finds = finds;
        this.keys = keys;
        this.workspaceKeys = workspaceKeys;
        this.columns = columns;
        this.stores = stores;
        this.audit = audit;
        this.scope = scope;
        this.transactions = transactions;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Scheduled(every = "${celune.crypto.rewrap-pace:1s}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        if (!stores.opens(Store.keyring) || !isInWork()) {
            return;
        }
        try {
            for (int i = 0; i < STEPS_AT_ONCE; i++) {
                if (!scope.asPlatform(() -> take().map(this::step).orElse(false))) {
                    return;
                }
            }
        } catch (Exception e) {
            // Also a commit that fails, which is a checked exception in disguise.
            LOG.warnf("the move from the keyring waits for the next run: %s", e);
        }
    }

    private boolean isInWork() {
        try {
            return scope.asPlatform(moves::isInWork);
        } catch (Exception e) {
            // Each second while the database is away, of which others tell.
            LOG.debugf("the move from the keyring waits for the next run: %s", e);
            return false;
        }
    }

    /** For this transaction alone; empty when another one has it, there is none, or this replica is not to carry it out. */
    private Optional<KeyringMove> take() {
        return moves.find("finishedAt is null")
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .withHint("jakarta.persistence.lock.timeout", Timeouts.SKIP_LOCKED_MILLI)
                .firstResultOptional()
                .filter(move -> move.isDryRun() || moves.canMove());
    }

    /** Whether another step can follow at once. */
    private boolean step(KeyringMove move) {
        if (move.state() == MoveState.rewrapping) {
            return followed(move);
        }
        Optional<UUID> next = move.position().equals(SealedColumns.Position.START)
                ? finds.workspaceAfter(move.atWorkspace())
                : Optional.ofNullable(move.atWorkspace());
        if (move.state() == MoveState.starting) {
            next.ifPresentOrElse(workspace -> start(move, workspace), move::allStarted);
            return true;
        }
        return next.map(workspace -> look(move, workspace)).orElseGet(() -> end(move));
    }

    /** In a transaction of its own, because what is refused here spoils it: the next look will tell what was left behind. */
    private void start(KeyringMove move, UUID workspace) {
        int hopeless = finds.failedOf(move.id(), workspace);
        try {
            transactions.inNew(() -> scope.asWorkspace(workspace, () -> {
                workspaceKeys.lock(workspace);
                if (!workspaceKeys.isShredding(workspace) && columns.sealedBy(Store.keyring) > hopeless) {
                    keys.bringUp(workspace, move.startedAt());
                }
                return workspace;
            }));
        } catch (Exception e) {
            LOG.warnf("the key of workspace %s cannot be moved yet: %s", workspace, e);
        }
        move.passed(workspace);
    }

    private boolean followed(KeyringMove move) {
        if (finds.inWork() > 0) {
            return false;
        }
        finds.forget(move.id());
        move.allRewrapped();
        return true;
    }

    private boolean look(KeyringMove move, UUID workspace) {
        SealedColumns.Look look =
                scope.asWorkspace(workspace, () -> columns.look(workspace, move.position(), Store.keyring));
        if (look.next() == null) {
            move.passed(workspace);
        } else {
            finds.add(move.id(), workspace, look);
            move.lookedUpTo(workspace, look.next());
            count("opened", look.found() - look.failed().size());
            count("failed", look.failed().size());
        }
        return true;
    }

    /** What is being shredded is not moved, and its end needs the keyring. */
    private boolean end(KeyringMove move) {
        if (!move.isDryRun() && finds.beingShredded() > 0) {
            return false;
        }
        long found = finds.byColumn(move.id()).stream()
                .mapToLong(KeyringMoveView.Found::values)
                .sum();
        long failed = finds.byColumn(move.id()).stream()
                .mapToLong(KeyringMoveView.Found::failed)
                .sum();
        if (move.looked(found, failed, clock.instant())) {
            audit.recordForOperators(
                    new KeyringMoveEvents.Ended(move.id(), move.isDryRun(), move.state(), found, failed));
            return false;
        }
        return true;
    }

    private void count(String outcome, int values) {
        metrics.counter("celune.keyring.looks", "outcome", outcome).increment(values);
    }
}
