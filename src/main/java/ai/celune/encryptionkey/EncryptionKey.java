package ai.celune.encryptionkey;

import ai.celune.crypto.SealedColumns.Page;
import ai.celune.crypto.SealedColumns.Position;
import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A workspace's key since its first rotation, and how far what it sealed has come under the newest version. */
@Entity
@Table(name = "encryption_key")
class EncryptionKey extends WorkspaceOwned {
    /**
     * By then no transaction is left that sealed under an older version, and no use that read an older text and has still to open it: a transaction has 30 s and a use
     * far less. Only what is counted after that says that nothing is left.
     */
    static final Duration SETTLES_WITHIN = Duration.ofMinutes(1);

    @Column(name = "key_version", nullable = false)
    private int keyVersion;

    @Column(name = "lowest_version", nullable = false)
    private int lowestVersion = 1;

    @Column(name = "rotated_at", nullable = false)
    private Instant rotatedAt;

    @Enumerated(EnumType.STRING)
    @Column(nullable = false)
    private RewrapState state;

    @Column(name = "at_column", nullable = false)
    private String atColumn;

    @Column(name = "at_id")
    private @Nullable UUID atId;

    @Column(nullable = false)
    private int total;

    @Column(nullable = false)
    private int done;

    @Column(nullable = false)
    private int failed;

    @Column(name = "moved_at", nullable = false)
    private Instant movedAt;

    @Column(name = "finished_at")
    private @Nullable Instant finishedAt;

    protected EncryptionKey() {}

    EncryptionKey(int newVersion, int older, Instant now) {
        rotate(newVersion, older, now);
    }

    /**
     * From now on the new version seals. What was still to be re-wrapped for the version before is among the rest.
     *
     * @param older values under older versions
     */
    final void rotate(int newVersion, int older, Instant now) {
        keyVersion = newVersion;
        rotatedAt = now;
        movedAt = now;
        finishedAt = null;
        total = older;
        done = 0;
        walkAgain();
    }

    private void walkAgain() {
        state = RewrapState.running;
        failed = 0;
        stand(Position.START);
    }

    private void stand(Position position) {
        atColumn = position.column();
        atId = position.after();
    }

    void moved(Page page, Instant now) {
        done += page.rewrapped();
        failed += page.failed();
        if (page.rewrapped() > 0) {
            movedAt = now;
        }
        if (page.next() == null) {
            state = RewrapState.verifying;
        } else {
            stand(page.next());
        }
    }

    boolean hasSettled(Instant now) {
        return !now.isBefore(movedAt.plus(SETTLES_WITHIN));
    }

    /**
     * Ends the walk, or begins it again.
     *
     * @param left values that are still under older versions after it has settled
     * @return whether it is over: nothing is left, or only what cannot be re-wrapped
     */
    boolean verified(int left, Instant now) {
        if (left > failed) {
            total = done + left;
            walkAgain();
            return false;
        }
        state = left == 0 ? RewrapState.done : RewrapState.incomplete;
        failed = left;
        finishedAt = now;
        return true;
    }

    /** Versions below the newest open nothing any more. */
    void raised() {
        lowestVersion = keyVersion;
    }

    boolean isInWork() {
        return finishedAt == null;
    }

    int keyVersion() {
        return keyVersion;
    }

    int lowestVersion() {
        return lowestVersion;
    }

    Instant rotatedAt() {
        return rotatedAt;
    }

    RewrapState state() {
        return state;
    }

    Position position() {
        return new Position(atColumn, atId);
    }

    int done() {
        return done;
    }

    int failed() {
        return failed;
    }

    EncryptionKeyView.Rewrap rewrap() {
        return new EncryptionKeyView.Rewrap(state, done, total, failed, rotatedAt, finishedAt);
    }
}
