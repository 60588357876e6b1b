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

    @Column(name = "proved_at", nullable = false)
    private Instant provedAt;

    @Column(nullable = false, updatable = false)
    private String method;

    @Column(updatable = false)
    private @Nullable String device;

    @Column(updatable = false)
    private @Nullable String network;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @Version
    private int version;

    protected Session() {}

    /**
     * How a session begins.
     *
     * @param method by which proof
     * @param device what the client says of itself
     * @param network where the client is, roughly
     * @param provedAt when the person proved who they are
     */
    record Beginning(
            String method,
            @Nullable String device,
            @Nullable String network,
            Instant provedAt) {}

    Session(
            UUID id,
            UUID userId,
            @Nullable UUID workspaceId,
            int epoch,
            byte[] salt,
            Beginning beginning,
            Instant now,
            Instant expiresAt) {
        this.id = id;
        this.userId = userId;
        this.workspaceId = workspaceId;
        this.epoch = epoch;
        this.salt = salt.clone();
        this.createdAt = now;
        this.rotatedAt = now;
        this.provedAt = beginning.provedAt();
        this.method = beginning.method();
        this.device = beginning.device();
        this.network = beginning.network();
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

    /** Notes that the person has proved once more who they are. */
    void prove(Instant now) {
        provedAt = now;
    }

    /** Ends the family; false when it had ended before. */
    boolean end(Instant now) {
        if (endedAt != null) {
            return false;
        }
        endedAt = now;
        return true;
    }

    /** @param seenAt when a browser was last seen with it; null for tokens */
    SessionView view(@Nullable Instant seenAt, UUID current) {
        return new SessionView(
                id,
                workspaceId,
                method,
                device,
                network,
                createdAt,
                seenAt == null ? rotatedAt : seenAt,
                expiresAt,
                id.equals(current));
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

    Instant provedAt() {
        return provedAt;
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
