package ai.celune.provider;

import ai.celune.security.PlatformPermissions;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;

/** Which providers workspaces may use, and what is known of them. */
@Path("/v1/platform/providers")
@PermissionsAllowed(PlatformPermissions.OPERATE)
class PlatformProviderResource {
    private final Clearances clearances;

    PlatformProviderResource(Clearances clearances) {
        this.clearances = clearances;
    }

    @GET
    @Operation(summary = "List the providers of the catalogue with their approval and data policy")
    public Page<ProviderView> list() {
        return new Page<>(clearances.list(), null);
    }

    @PUT
    @Path("/{provider}/approval")
    @RecentProof
    @Operation(summary = "Let workspaces use a provider until an instant")
    public ProviderView approve(@RestPath String provider, @Valid @NotNull Approve wanted) {
        return clearances.approve(provider, wanted.until());
    }

    @PUT
    @Path("/{provider}/policy")
    @RecentProof
    @Operation(summary = "Record how a provider treats data")
    public ProviderView record(@RestPath String provider, @Valid @NotNull RecordPolicy found) {
        return clearances.record(provider, found);
    }
}
