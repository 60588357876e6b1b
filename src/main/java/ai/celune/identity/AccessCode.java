package ai.celune.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A code for one new workspace; the code itself is not kept. */
@Entity
@Table(name = "access_code")
class AccessCode {
    @Id
    private UUID id;

    @Column(name = "code_hash", nullable = false, updatable = false)
    private byte[] codeHash;

    @Column(nullable = false, updatable = false)
    private boolean bootstrap;

    @Column(name = "issued_by", updatable = false)
    private @Nullable UUID issuedBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "expires_at", nullable = false, updatable = false)
    private Instant expiresAt;

    @Column(name = "used_at", insertable = false, updatable = false)
    private @Nullable Instant usedAt;

    @Column(name = "workspace_id", insertable = false, updatable = false)
    private @Nullable UUID workspaceId;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    protected AccessCode() {}

    AccessCode(UUID id, byte[] codeHash, UUID issuedBy, Instant createdAt, Instant expiresAt) {
        this.id = id;
        this.codeHash = codeHash.clone();
        this.issuedBy = issuedBy;
        this.createdAt = createdAt;
        this.expiresAt = expiresAt;
    }

    boolean revoke(Instant now) {
        if (revokedAt != null) {
            return false;
        }
        revokedAt = now;
        return true;
    }

    UUID id() {
        return id;
    }

    AccessCodeView view() {
        // The bootstrap code has no end; PostgreSQL says infinity, which is no instant of the API.
        return new AccessCodeView(
                id, bootstrap, issuedBy, createdAt, bootstrap ? null : expiresAt, usedAt, workspaceId, revokedAt);
    }
}
