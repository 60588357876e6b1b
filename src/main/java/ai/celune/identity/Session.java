package ai.celune.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A signed-in person: one family of refresh tokens (R16, R18). */
@Entity
@Table(name = "session")
class Session {
    /** Two tabs that refresh at once get the same successor. */
    static final Duration GRACE = Duration.ofSeconds(10);

    @Id
    private UUID id;

    @Column(name = "user_id", nullable = false, updatable = false)
    private UUID userId;

    @Column(name = "workspace_id", updatable = false)
    private @Nullable UUID workspaceId;

    @Column(nullable = false, updatable = false)
    private int epoch;

    @Column(nullable = false, updatable = false)
    private byte[] salt;

    @Column(nullable = false)
    private int generation;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "rotated_at", nullable = false)
    private Instant rotatedAt;

    @Column(name = "expires_at", nullable = false, updatable = false)
    private Instant expiresAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @Version
    private int version;

    protected Session() {}

    Session(UUID id, UUID userId, @Nullable UUID workspaceId, int epoch, byte[] salt, Instant now, Instant expiresAt) {
        this.id = id;
        this.userId = userId;
        this.workspaceId = workspaceId;
        this.epoch = epoch;
        this.salt = salt.clone();
        this.createdAt = now;
        this.rotatedAt = now;
        this.expiresAt = expiresAt;
    }

    /** What presenting a refresh token means. */
    enum Use {
        ROTATES,
        REPEATS,
        REUSED,
        ENDED
    }

    Use use(int presented, int accountEpoch, Instant now) {
        if (!lives(accountEpoch, now)) {
            return Use.ENDED;
        }
        if (presented == generation) {
            return Use.ROTATES;
        }
        boolean parent = presented == generation - 1;
        return parent && !now.isAfter(rotatedAt.plus(GRACE)) ? Use.REPEATS : Use.REUSED;
    }

    void rotate(Instant now) {
        generation++;
        rotatedAt = now;
    }

    /** Ends the family; false when it had ended before. */
    boolean end(Instant now) {
        if (endedAt != null) {
            return false;
        }
        endedAt = now;
        return true;
    }

    UUID id() {
        return id;
    }

    /** Whether it still counts: not ended, not expired, and of the account's present epoch. */
    boolean lives(int accountEpoch, Instant now) {
        return endedAt == null && now.isBefore(expiresAt) && epoch == accountEpoch;
    }

    Instant expiresAt() {
        return expiresAt;
    }

    UUID userId() {
        return userId;
    }

    @Nullable
    UUID workspaceId() {
        return workspaceId;
    }

    byte[] salt() {
        return salt.clone();
    }

    int generation() {
        return generation;
    }
}
