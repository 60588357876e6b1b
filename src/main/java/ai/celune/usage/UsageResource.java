package ai.celune.usage;

import ai.celune.web.Refuses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What the provider keys of the caller's workspace were used for. */
@Path("/v1/analytics/usage")
class UsageResource {
    private final Usages usages;

    UsageResource(Usages usages) {
        this.usages = usages;
    }

    @GET
    @Produces({"application/json", UsageCsv.TYPE})
    @PermissionsAllowed(AnalyticsPermissions.READ)
    @Operation(summary = "Sum up the uses of provider keys, as JSON or for download as CSV")
    @Refuses(status = 422, why = "The answer would have too many items.")
    public UsageView sum(@BeanParam UsageQuery query) {
        return usages.sum(query);
    }
}
