package ai.celune.workspace;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An offer to one e-mail address to join with a role. */
@Entity
@Table(name = "invitation")
class Invitation extends WorkspaceOwned {
    @Column(nullable = false, updatable = false)
    private String email;

    @Column(nullable = false, updatable = false)
    private String role;

    @Column(name = "code_hash", nullable = false, updatable = false)
    private byte[] codeHash;

    @Column(name = "invited_by", nullable = false, updatable = false)
    private UUID invitedBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "expires_at", nullable = false, updatable = false)
    private Instant expiresAt;

    @Column(name = "accepted_at")
    private @Nullable Instant acceptedAt;

    protected Invitation() {}

    Invitation(String email, String role, byte[] codeHash, UUID invitedBy, Instant now, Instant expiresAt) {
        this.email = email;
        this.role = role;
        this.codeHash = codeHash.clone();
        this.invitedBy = invitedBy;
        this.createdAt = now;
        this.expiresAt = expiresAt;
    }

    String role() {
        return role;
    }

    /** False when somebody was faster or it is too late. */
    boolean accept(Instant now) {
        if (acceptedAt != null || !expiresAt.isAfter(now)) {
            return false;
        }
        acceptedAt = now;
        return true;
    }
}
