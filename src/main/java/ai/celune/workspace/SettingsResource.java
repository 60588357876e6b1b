package ai.celune.workspace;

import ai.celune.web.JsonBodyReader;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Settings of the caller's workspace. */
@Path("/v1/settings")
class SettingsResource {
    private final WorkspaceSettings settings;

    SettingsResource(WorkspaceSettings settings) {
        this.settings = settings;
    }

    @GET
    @PermissionsAllowed(WorkspacePermissions.SETTINGS_READ)
    @Operation(summary = "Show the workspace's settings")
    public RestResponse<SettingsView> show() {
        Workspace workspace = settings.get();
        return Responses.versioned(workspace.version(), SettingsView.of(workspace));
    }

    @PATCH
    @Consumes({"application/json", JsonBodyReader.MERGE_PATCH})
    @PermissionsAllowed(WorkspacePermissions.SETTINGS_ADMIN)
    @Operation(summary = "Change the workspace's settings")
    public RestResponse<SettingsView> change(
            @RestHeader("If-Match") @Nullable String ifMatch, @Valid @NotNull ChangeSettings wanted) {
        Workspace workspace = settings.change(wanted, ifMatch);
        return Responses.versioned(workspace.version(), SettingsView.of(workspace));
    }
}
