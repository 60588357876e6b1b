package ai.celune.workspace;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A workspace of the caller.
 *
 * @param deletesAt when it is destroyed unless an owner restores it; null while nobody wants it deleted
 */
record WorkspaceView(
        UUID id, String name, Instant createdAt, @Nullable Instant deletesAt) {
    static WorkspaceView of(Workspace workspace) {
        return new WorkspaceView(workspace.id(), workspace.name(), workspace.createdAt(), workspace.deletesAt());
    }
}
