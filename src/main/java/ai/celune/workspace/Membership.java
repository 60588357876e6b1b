package ai.celune.workspace;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A person in a workspace, with one role. */
@Entity
@Table(name = "membership")
class Membership extends WorkspaceOwned {
    @Column(name = "user_id", nullable = false, updatable = false)
    private UUID userId;

    @Column(nullable = false)
    private String role;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    protected Membership() {}

    Membership(UUID userId, String role, Instant now) {
        this.userId = userId;
        this.role = role;
        this.createdAt = now;
    }

    void changeRole(String newRole) {
        role = newRole;
    }

    UUID userId() {
        return userId;
    }

    String role() {
        return role;
    }
}
