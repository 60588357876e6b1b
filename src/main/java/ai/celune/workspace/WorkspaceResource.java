package ai.celune.workspace;

import ai.celune.idempotency.Idempotent;
import ai.celune.identity.People;
import ai.celune.identity.Tokens;
import ai.celune.security.CurrentRequest;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import ai.celune.web.Refuses;
import ai.celune.web.Responses;
import io.quarkus.security.Authenticated;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The caller's own workspaces. */
@Path("/v1/workspaces")
@Authenticated
class WorkspaceResource {
    private final Workspaces workspaces;
    private final CurrentRequest request;

    WorkspaceResource(Workspaces workspaces, CurrentRequest request) {
        this.workspaces = workspaces;
        this.request = request;
    }

    @GET
    @Operation(summary = "List the caller's workspaces")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public Page<WorkspaceView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        requirePerson();
        int size = Page.limit(limit);
        return Page.of(workspaces.mine(Page.after(cursor), size), size, Workspace::id, WorkspaceView::of);
    }

    @POST
    @Idempotent
    @Operation(summary = "Create another workspace with an access code")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public RestResponse<WorkspaceView> create(@Valid @NotNull CreateWorkspace wanted) {
        requirePerson();
        return Responses.created("/v1/workspaces", WorkspaceView.of(workspaces.create(wanted)));
    }

    @POST
    @Path("/{id}/select")
    @Operation(summary = "Continue in another workspace with a new session")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public Tokens select(@RestPath UUID id) {
        requirePerson();
        return workspaces.select(id);
    }

    @DELETE
    @Path("/{id}")
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.OWN)
    @Operation(summary = "Delete the caller's workspace, and destroy its encryption key once the grace is over")
    public RestResponse<WorkspaceView> delete(@RestPath UUID id) {
        return Responses.accepted(WorkspaceView.of(workspaces.delete(id)));
    }

    @POST
    @Path("/{id}/restore")
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.OWN)
    @Operation(summary = "Take back the deletion of the caller's workspace")
    @Refuses(status = 410, why = "The grace is over.")
    public WorkspaceView restore(@RestPath UUID id) {
        return WorkspaceView.of(workspaces.restore(id));
    }

    private void requirePerson() {
        People.requireSession(request.requireActor());
    }
}
