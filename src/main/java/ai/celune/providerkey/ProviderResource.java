package ai.celune.providerkey;

import ai.celune.provider.Clearances;
import ai.celune.provider.ProviderView;
import ai.celune.web.Page;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Which providers a workspace may store keys of. */
@Path("/v1/providers")
class ProviderResource {
    private final Clearances clearances;

    ProviderResource(Clearances clearances) {
        this.clearances = clearances;
    }

    @GET
    @PermissionsAllowed(ProviderKeyPermissions.READ)
    @Operation(summary = "List the providers of the catalogue with their approval and data policy")
    public Page<ProviderView> list() {
        return new Page<>(clearances.list(), null);
    }
}
