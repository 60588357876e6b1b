package ai.celune.workspace;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/** Invitations into the caller's workspace. */
@Path("/v1/invitations")
class InvitationResource {
    private final Invitations invitations;

    InvitationResource(Invitations invitations) {
        this.invitations = invitations;
    }

    @POST
    @Idempotent
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.MEMBERS_WRITE)
    @Operation(summary = "Invite a person by e-mail address")
    public RestResponse<InvitationView> invite(@Valid @NotNull InviteMember wanted) {
        return Responses.created(invitations.invite(wanted));
    }
}
