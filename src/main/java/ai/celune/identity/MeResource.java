package ai.celune.identity;

import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.web.Refuses;
import io.quarkus.security.Authenticated;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What a caller may see and do about itself. */
@Path("/v1/me")
@Authenticated
class MeResource {
    private final Accounts accounts;
    private final SignIns signIns;
    private final Me me;
    private final CurrentRequest request;

    MeResource(Accounts accounts, SignIns signIns, Me me, CurrentRequest request) {
        this.accounts = accounts;
        this.signIns = signIns;
        this.me = me;
        this.request = request;
    }

    @GET
    @Operation(summary = "Show who is calling and what they may do")
    public MeView show() {
        return me.show();
    }

    @POST
    @Path("/password")
    @Operation(summary = "Change the password; every session ends")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    @Refuses(status = 409, why = "The person signs in at an identity provider and has no password.")
    public void changePassword(@Valid @NotNull ChangePassword wanted) {
        signIns.changePassword(session().user(), wanted);
    }

    @POST
    @Path("/sign-out-everywhere")
    @Operation(summary = "End every session of the caller")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public void signOutEverywhere() {
        accounts.signOutEverywhere(session().user());
    }

    private Actor session() {
        return People.requireSession(request.requireActor());
    }
}
