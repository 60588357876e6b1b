package ai.celune.tenancy;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.PrePersist;
import jakarta.persistence.Version;
import java.util.UUID;
import java.util.function.Supplier;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.ParamDef;
import org.jspecify.annotations.Nullable;

/**
 * A row of one workspace (R22). Every query, load by id and bulk statement of the ORM carries the workspace of the transaction; the
 * row gets it when it is stored, from there too.
 */
@MappedSuperclass
@FilterDef(
        name = WorkspaceOwned.FILTER,
        autoEnabled = true,
        applyToLoadByKey = true,
        parameters = @ParamDef(name = "workspace", type = UUID.class, resolver = WorkspaceOwned.Current.class))
@Filter(name = WorkspaceOwned.FILTER, condition = "workspace_id = :workspace")
public abstract class WorkspaceOwned {
    static final String FILTER = "workspace";

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
        workspaceId = new Current().get();
    }

    /** The workspace of the transaction; the nil UUID, which owns no rows, where none is bound. */
    public static final class Current implements Supplier<UUID> {
        @Override
        public UUID get() {
            UUID bound = Scope.current().workspaceId();
            return bound == null ? Scope.NOBODY : bound;
        }
    }
}
