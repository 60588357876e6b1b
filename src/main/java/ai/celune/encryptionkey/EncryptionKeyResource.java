package ai.celune.encryptionkey;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Responses;
import ai.celune.workspace.WorkspacePermissions;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/** The key under which the caller's workspace is sealed. */
@Path("/v1/encryption-key")
class EncryptionKeyResource {
    private final EncryptionKeys keys;

    EncryptionKeyResource(EncryptionKeys keys) {
        this.keys = keys;
    }

    @GET
    @PermissionsAllowed(WorkspacePermissions.SETTINGS_READ)
    @Operation(summary = "Show the workspace's encryption key and how far re-wrapping is")
    public EncryptionKeyView show() {
        return keys.show();
    }

    @POST
    @Path("/rotate")
    @Idempotent
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.SETTINGS_ADMIN)
    @Operation(summary = "Rotate the workspace's encryption key and re-wrap what it sealed")
    public RestResponse<EncryptionKeyView> rotate() {
        return Responses.accepted(keys.rotate());
    }
}
