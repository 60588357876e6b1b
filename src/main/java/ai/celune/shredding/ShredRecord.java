package ai.celune.shredding;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What stays of a workspace. It is as trustworthy as the database: a signature over it needs the audit log's signer, which does not exist yet; the entries of the
 * operators' log say the same.
 */
@Entity
@Table(name = "shred_record")
class ShredRecord {
    /**
     * By then no transaction is left that began before, and every replica has forgotten the data keys that it had in memory: a transaction has 30 s, and memory is
     * looked through each second.
     */
    static final Duration DRAINS_WITHIN = Duration.ofMinutes(1);

    @Id
    @Column(name = "workspace_id")
    private UUID workspaceId;

    @Column(name = "key_version", nullable = false, updatable = false)
    private int keyVersion;

    @Column(name = "begun_at", nullable = false, updatable = false)
    private Instant begunAt;

    @Column(name = "key_destroyed_at")
    private @Nullable Instant keyDestroyedAt;

    @Column(name = "proved_at")
    private @Nullable Instant provedAt;

    @Column
    private @Nullable String failure;

    @Column(name = "rows_deleted", nullable = false)
    private long rowsDeleted;

    @Column(name = "finished_at")
    private @Nullable Instant finishedAt;

    @Column
    private @Nullable Instant horizon;

    protected ShredRecord() {}

    ShredRecord(UUID workspaceId, int keyVersion, Instant now) {
        this.workspaceId = workspaceId;
        this.keyVersion = keyVersion;
        this.begunAt = now;
    }

    boolean hasDrained(Instant now) {
        return !now.isBefore(begunAt.plus(DRAINS_WITHIN));
    }

    /** @param snapshots how long the store's snapshots are kept, any of which has the key; empty when nobody has said so */
    void keyDestroyed(Instant now, Optional<Duration> snapshots) {
        keyDestroyedAt = now;
        horizon = snapshots.map(now::plus).orElse(null);
    }

    void proved(String how, Instant now) {
        provedAt = now;
        failure = how;
    }

    void deleted(int rows) {
        rowsDeleted += rows;
    }

    void finish(Instant now) {
        finishedAt = now;
    }

    UUID workspaceId() {
        return workspaceId;
    }

    int keyVersion() {
        return keyVersion;
    }

    boolean isKeyDestroyed() {
        return keyDestroyedAt != null;
    }

    boolean isProved() {
        return provedAt != null;
    }

    long rowsDeleted() {
        return rowsDeleted;
    }

    @Nullable
    Instant horizon() {
        return horizon;
    }

    ShredView view() {
        return new ShredView(
                workspaceId, keyVersion, begunAt, keyDestroyedAt, provedAt, failure, rowsDeleted, finishedAt, horizon);
    }
}
