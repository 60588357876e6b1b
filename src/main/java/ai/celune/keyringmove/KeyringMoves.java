package ai.celune.keyringmove;

import ai.celune.audit.AuditLog;
import ai.celune.crypto.Store;
import ai.celune.crypto.vault.Stores;
import ai.celune.keyringmove.KeyringMoveView.Run;
import ai.celune.tenancy.Scope;
import ai.celune.web.Problem;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.UUID;

/** Begins moves and dry runs, and shows how far they are. */
@ApplicationScoped
@Transactional
class KeyringMoves implements PanacheRepositoryBase<KeyringMove, UUID> {
    private final Stores stores;
    private final Finds finds;
    private final AuditLog audit;
    private final Scope scope;
    private final Clock clock;

    KeyringMoves(Stores stores, Finds finds, AuditLog audit, Scope scope, Clock clock) {
        this.stores = stores;
        this.finds = finds;
        this.audit = audit;
        this.scope = scope;
        this.clock = clock;
    }

    /**
     * Any replica carries it out that has the stores for it.
     *
     * @throws Problem 409 when this replica has not, or another run goes on
     */
    KeyringMoveView begin(boolean dryRun) {
        if (!stores.opens(Store.keyring) || (!dryRun && !canMove())) {
            throw new Problem(KeyringMoveErrors.NOT_READY);
        }
        return scope.asPlatform(() -> {
            if (isInWork()) {
                throw new Problem(KeyringMoveErrors.RUNNING);
            }
            KeyringMove move = new KeyringMove(dryRun, clock.instant());
            persist(move);
            audit.recordForOperators(new KeyringMoveEvents.Started(move.id(), dryRun));
            return view();
        });
    }

    /** Whether this replica may carry out a move: it opens by both, and seals by Vault. */
    boolean canMove() {
        return stores.opens(Store.keyring) && stores.sealing() == Store.vault;
    }

    boolean isInWork() {
        return count("finishedAt is null") > 0;
    }

    KeyringMoveView show() {
        return scope.asPlatform(this::view);
    }

    private KeyringMoveView view() {
        Run run = find("order by startedAt desc, id desc")
                .firstResultOptional()
                .map(this::view)
                .orElse(null);
        return new KeyringMoveView(stores.sealing(), stores.opened(), run);
    }

    private Run view(KeyringMove move) {
        Finds.Progress progress = move.isDryRun() ? Finds.Progress.NONE : finds.rewrapped(move.startedAt());
        return new Run(
                move.id(),
                move.isDryRun(),
                move.state(),
                move.startedAt(),
                move.finishedAt(),
                progress.done(),
                progress.total(),
                finds.byColumn(move.id()),
                finds.failed(move.id()));
    }
}
