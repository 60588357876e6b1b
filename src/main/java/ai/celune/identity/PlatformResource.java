package ai.celune.identity;

import ai.celune.idempotency.Idempotent;
import ai.celune.security.PlatformPermissions;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import ai.celune.web.Refuses;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** What platform operators do about people and new workspaces. */
@Path("/v1/platform")
@PermissionsAllowed(PlatformPermissions.OPERATE)
class PlatformResource {
    private final AccessCodes codes;
    private final ResetCodes resetCodes;
    private final FederatedIdentities identities;

    PlatformResource(AccessCodes codes, ResetCodes resetCodes, FederatedIdentities identities) {
        this.codes = codes;
        this.resetCodes = resetCodes;
        this.identities = identities;
    }

    @POST
    @Path("/access-codes")
    @Idempotent
    @RecentProof
    @Operation(summary = "Issue an access code for one new workspace")
    public RestResponse<AccessCodeView.Issued> issue(@RequestBody(required = false) @Nullable IssueAccessCode wanted) {
        AccessCodeView.Issued issued = codes.issue(wanted == null ? null : wanted.expiresAt());
        return Responses.created("/v1/platform/access-codes", issued);
    }

    @GET
    @Path("/access-codes")
    @Operation(summary = "List access codes")
    public Page<AccessCodeView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(codes.list(Page.after(cursor), size), size, AccessCode::id, AccessCode::view);
    }

    @DELETE
    @Path("/access-codes/{id}")
    @Operation(summary = "Revoke an access code")
    public void revoke(@RestPath UUID id) {
        codes.revoke(id);
    }

    @POST
    @Path("/users/{id}/reset-code")
    @Idempotent
    @RecentProof
    @Operation(summary = "Issue a code by which a person sets a new password")
    @Refuses(status = 409, why = "The person has no password, or an equal request is being worked on.")
    public RestResponse<AccessCodeView.Issued> resetCode(@RestPath UUID id) {
        return Responses.created(resetCodes.issue(id));
    }

    @PUT
    @Path("/users/{id}/identity")
    @Operation(summary = "Let a person sign in at an identity provider too")
    @Refuses(status = 409, why = "The identity belongs to another account.")
    public void link(@RestPath UUID id, @Valid @NotNull LinkIdentity wanted) {
        identities.link(id, wanted);
    }
}
