package ai.celune.workspace;

import java.time.Instant;
import java.util.UUID;

/** A workspace of the caller. */
record WorkspaceView(UUID id, String name, Instant createdAt) {
    static WorkspaceView of(Workspace workspace) {
        return new WorkspaceView(workspace.id(), workspace.name(), workspace.createdAt());
    }
}
