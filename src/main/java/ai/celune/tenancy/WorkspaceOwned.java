package ai.celune.tenancy;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.PrePersist;
import jakarta.persistence.Version;
import java.util.UUID;
import org.hibernate.annotations.SQLRestriction;
import org.jspecify.annotations.Nullable;

/**
 * A row of one workspace (R22). Every query, load by id and bulk statement of the ORM carries the workspace of the transaction; the
 * row gets it when it is stored, from there too.
 *
 * <p>Not by a Hibernate filter: while one is enabled Hibernate keeps no plan, and translates each query and each load anew.
 */
@MappedSuperclass
@SQLRestriction("workspace_id = app_workspace_id()")
public abstract class WorkspaceOwned {
    @Id
    private UUID id = Ids.next();

    @Column(name = "workspace_id", updatable = false, nullable = false)
    private @Nullable UUID workspaceId;

    @Version
    private int version;

    public UUID id() {
        return id;
    }

    public int version() {
        return version;
    }

    @PrePersist
    void stamp() {
        UUID bound = Scope.current().workspaceId();
        workspaceId = bound == null ? Scope.NOBODY : bound;
    }
}
