package ai.celune.workspace;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.JsonBodyReader;
import ai.celune.web.Page;
import ai.celune.web.Refuses;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Roles of the caller's workspace: the four that every workspace has, and those that it defines itself. */
@Path("/v1")
class RoleResource {
    private final Roles roles;

    RoleResource(Roles roles) {
        this.roles = roles;
    }

    @GET
    @Path("/permissions")
    @PermissionsAllowed(WorkspacePermissions.ROLES_READ)
    @Operation(summary = "List every permission and the built-in roles that have it")
    public Page<PermissionView> permissions() {
        return new Page<>(RoleMatrix.table(), null);
    }

    @POST
    @Path("/roles")
    @Idempotent
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.ROLES_WRITE)
    @Operation(summary = "Define a role of the workspace")
    @Refuses(status = 409, why = "A role of this name exists, or the workspace has as many roles as it may have.")
    public RestResponse<RoleView> create(@Valid @NotNull CreateRole wanted) {
        Role created = roles.create(wanted);
        return Responses.created("/v1/roles/" + created.id(), created.view());
    }

    @GET
    @Path("/roles")
    @PermissionsAllowed(WorkspacePermissions.ROLES_READ)
    @Operation(summary = "List the roles of the workspace, the built-in ones first")
    public Page<RoleView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(roles.list(Page.after(cursor), size), size, RoleView::id, role -> role);
    }

    @GET
    @Path("/roles/{id}")
    @PermissionsAllowed(WorkspacePermissions.ROLES_READ)
    @Operation(summary = "Show a role")
    public RestResponse<RoleView> get(@RestPath UUID id) {
        return answer(roles.show(id));
    }

    @PATCH
    @Path("/roles/{id}")
    @Consumes({"application/json", JsonBodyReader.MERGE_PATCH})
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.ROLES_WRITE)
    @Operation(summary = "Change what a role of the workspace may do; effective with its members' next request")
    public RestResponse<RoleView> change(
            @RestPath UUID id,
            @RestHeader("If-Match") @Nullable String ifMatch,
            @Valid @NotNull ChangePermissions wanted) {
        return answer(roles.change(id, wanted, ifMatch));
    }

    @DELETE
    @Path("/roles/{id}")
    @PermissionsAllowed(WorkspacePermissions.ROLES_WRITE)
    @Operation(summary = "Delete a role that nobody has")
    @Refuses(status = 409, why = "Somebody has the role, or is invited to it.")
    public void delete(@RestPath UUID id) {
        roles.delete(id);
    }

    private static RestResponse<RoleView> answer(Roles.Shown role) {
        return Responses.versioned(role.version(), role.view());
    }
}
