package ai.celune.workspace;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A named non-human member. Its keys outlive the person who made it. */
@Entity
@Table(name = "service_account")
class ServiceAccount extends WorkspaceOwned {
    @Column(nullable = false)
    private String name;

    @Column(nullable = false)
    private String role;

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    @Column(name = "removed_at")
    private @Nullable Instant removedAt;

    protected ServiceAccount() {}

    ServiceAccount(String name, String role, UUID createdBy, Instant now) {
        this.name = name;
        this.role = role;
        this.createdBy = createdBy;
        this.createdAt = now;
    }

    /** False when it was removed before. */
    boolean remove(Instant now) {
        if (removedAt != null) {
            return false;
        }
        removedAt = now;
        return true;
    }

    String role() {
        return role;
    }

    ServiceAccountView view() {
        return new ServiceAccountView(id(), name, role, createdBy, createdAt, removedAt);
    }
}
