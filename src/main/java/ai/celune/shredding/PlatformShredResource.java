package ai.celune.shredding;

import ai.celune.security.PlatformPermissions;
import ai.celune.web.Page;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** What became of deleted workspaces. */
@Path("/v1/platform/shreds")
@PermissionsAllowed(PlatformPermissions.OPERATE)
class PlatformShredResource {
    private final Shreds shreds;

    PlatformShredResource(Shreds shreds) {
        this.shreds = shreds;
    }

    @GET
    @Operation(summary = "List the workspaces that were destroyed, with the proofs")
    public Page<ShredView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(shreds.list(Page.after(cursor), size), size, ShredRecord::workspaceId, ShredRecord::view);
    }
}
