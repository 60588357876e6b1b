package ai.celune.broker;

import ai.celune.idempotency.Idempotent;
import ai.celune.providerkey.ProviderKeyPermissions;
import ai.celune.web.Refuses;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** Whether stored keys still work. */
@Path("/v1/provider-keys/{id}/check")
class KeyCheckResource {
    private static final int LONGEST_SECONDS = 30;

    private final KeyChecks checks;

    KeyCheckResource(KeyChecks checks) {
        this.checks = checks;
    }

    @POST
    @Idempotent(outsideSeconds = LONGEST_SECONDS)
    @PermissionsAllowed(ProviderKeyPermissions.USE)
    @Operation(summary = "Ask the provider whether a key is valid")
    @Refuses(status = 422, why = "There is no call that would tell, or the Idempotency-Key belongs to another request.")
    @Refuses(status = 502, why = "The provider cannot be reached or may not be called.")
    @Refuses(status = 504, why = "The provider did not answer in time.")
    public RestResponse<KeyCheckView> check(@RestPath UUID id) {
        return Responses.ok(checks.check(id));
    }
}
