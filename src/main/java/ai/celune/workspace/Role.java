package ai.celune.workspace;

import ai.celune.tenancy.WorkspaceOwned;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A set of permissions that a workspace has given a name. */
@Entity
@Table(name = "workspace_role")
class Role extends WorkspaceOwned {
    @Column(nullable = false, updatable = false)
    private String name;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(nullable = false, columnDefinition = "text[]")
    private String[] permissions;

    @Column(name = "created_by", nullable = false, updatable = false)
    private UUID createdBy;

    @Column(name = "created_at", nullable = false, updatable = false)
    private Instant createdAt;

    protected Role() {}

    Role(String name, Collection<String> permissions, UUID createdBy, Instant now) {
        this.name = name;
        this.permissions = sorted(permissions);
        this.createdBy = createdBy;
        this.createdAt = now;
    }

    void allow(Collection<String> wanted) {
        permissions = sorted(wanted);
    }

    String name() {
        return name;
    }

    Set<String> permissions() {
        return Set.of(permissions);
    }

    RoleView view() {
        return new RoleView(id(), name, false, Arrays.asList(permissions));
    }

    private static String[] sorted(Collection<String> permissions) {
        return permissions.stream().sorted().toArray(String[]::new);
    }
}
