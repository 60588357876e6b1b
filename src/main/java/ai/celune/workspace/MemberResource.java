package ai.celune.workspace;

import ai.celune.idempotency.Idempotent;
import ai.celune.identity.People;
import ai.celune.security.CurrentRequest;
import ai.celune.stepup.RecentProof;
import ai.celune.web.ErrorCode;
import ai.celune.web.JsonBodyReader;
import ai.celune.web.Page;
import ai.celune.web.Problem;
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

/** People of the caller's workspace. */
@Path("/v1/members")
class MemberResource {
    private final Members members;
    private final CurrentRequest request;

    MemberResource(Members members, CurrentRequest request) {
        this.members = members;
        this.request = request;
    }

    @GET
    @PermissionsAllowed(WorkspacePermissions.MEMBERS_READ)
    @Operation(summary = "List the members of the workspace")
    public Page<MemberView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return members.list(Page.after(cursor), Page.limit(limit));
    }

    @GET
    @Path("/{userId}")
    @PermissionsAllowed(WorkspacePermissions.MEMBERS_READ)
    @Operation(summary = "Show a member")
    public RestResponse<MemberView> get(@RestPath UUID userId) {
        Members.Shown member = members.show(userId);
        return Responses.versioned(member.version(), member.view());
    }

    @PATCH
    @Path("/{userId}")
    @Consumes({"application/json", JsonBodyReader.MERGE_PATCH})
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.MEMBERS_WRITE)
    @Operation(summary = "Change a member's role")
    public RestResponse<MemberRole> changeRole(
            @RestPath UUID userId,
            @RestHeader("If-Match") @Nullable String ifMatch,
            @Valid @NotNull ChangeRole wanted) {
        Membership member = members.changeRole(userId, wanted.role(), ifMatch);
        return Responses.versioned(member.version(), new MemberRole(userId, member.role()));
    }

    @DELETE
    @Path("/{userId}")
    @PermissionsAllowed(WorkspacePermissions.MEMBERS_WRITE)
    @Operation(summary = "Remove a member; their API keys are revoked, or go on as keys of a service account")
    public void remove(@RestPath UUID userId, @RestQuery @Nullable UUID handOverTo) {
        if (handOverTo != null && !request.requireActor().may(WorkspacePermissions.SERVICE_ACCOUNTS_WRITE)) {
            throw new Problem(
                    ErrorCode.PERMISSION_DENIED,
                    "to hand keys over needs " + WorkspacePermissions.SERVICE_ACCOUNTS_WRITE);
        }
        members.remove(userId, handOverTo);
    }

    @POST
    @Path("/{userId}/transfer-ownership")
    @Idempotent
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.OWN)
    @Operation(summary = "Make a member an owner and oneself an administrator")
    @Refuses(status = 409, why = "The member is an owner already.")
    public RestResponse<MemberRole> transferOwnership(@RestPath UUID userId) {
        People.requireSession(request.requireActor());
        Membership heir = members.transferOwnership(userId);
        return Responses.versioned(heir.version(), new MemberRole(userId, heir.role()));
    }

    /** The answer to a change of role. */
    record MemberRole(UUID userId, String role) {}
}
