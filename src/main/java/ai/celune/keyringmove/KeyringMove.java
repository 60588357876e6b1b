package ai.celune.keyringmove;

import ai.celune.crypto.SealedColumns.Position;
import ai.celune.tenancy.Ids;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One move or dry run, and where in its walk through the workspaces it stands. */
@Entity
@Table(name = "keyring_move")
class KeyringMove {
    @Id
    private UUID id = Ids.next();

    @Column(name = "dry_run", nullable = false, updatable = false)
    private boolean dryRun;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private MoveState state;

    @Column(name = "at_workspace")
    private @Nullable UUID atWorkspace;

    @Column(name = "at_column", nullable = false)
    private String atColumn;

    @Column(name = "at_id")
    private @Nullable UUID atId;

    @Column(name = "started_at", nullable = false, updatable = false)
    private Instant startedAt;

    @Column(name = "finished_at")
    private @Nullable Instant finishedAt;

    protected KeyringMove() {}

    KeyringMove(boolean dryRun, Instant now) {
        this.dryRun = dryRun;
        this.startedAt = now;
        walk(dryRun ? MoveState.looking : MoveState.starting);
    }

    private void walk(MoveState next) {
        state = next;
        atWorkspace = null;
        stand(Position.START);
    }

    private void stand(Position position) {
        atColumn = position.column();
        atId = position.after();
    }

    /** The walk comes to the next workspace. */
    void passed(UUID workspace) {
        atWorkspace = workspace;
        stand(Position.START);
    }

    /** The walk stays with a workspace, of which more is to be looked at. */
    void lookedUpTo(UUID workspace, Position position) {
        atWorkspace = workspace;
        stand(position);
    }

    void allStarted() {
        walk(MoveState.rewrapping);
    }

    void allRewrapped() {
        walk(MoveState.looking);
    }

    /**
     * Ends the run, or begins once more when a move has left something that could follow.
     *
     * @param found what the keyring has still sealed
     * @param failed how much of that does not open
     * @return whether it is over
     */
    boolean looked(long found, long failed, Instant now) {
        if (!dryRun && found > failed) {
            walk(MoveState.starting);
            return false;
        }
        state = failed == 0 ? MoveState.done : MoveState.incomplete;
        finishedAt = now;
        return true;
    }

    UUID id() {
        return id;
    }

    boolean isDryRun() {
        return dryRun;
    }

    MoveState state() {
        return state;
    }

    @Nullable
    UUID atWorkspace() {
        return atWorkspace;
    }

    Position position() {
        return new Position(atColumn, atId);
    }

    Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Instant finishedAt() {
        return finishedAt;
    }
}
