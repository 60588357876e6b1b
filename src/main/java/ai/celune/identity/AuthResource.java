package ai.celune.identity;

import ai.celune.security.CurrentRequest;
import ai.celune.web.Refuses;
import io.quarkus.security.Authenticated;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Sign-up, sign-in and the life of a session. */
@Path("/v1/auth")
class AuthResource {
    private final Accounts accounts;
    private final SignIns signIns;
    private final ResetCodes resetCodes;
    private final MailedCodes mail;
    private final SignOuts signOuts;
    private final CurrentRequest request;

    AuthResource(
            Accounts accounts,
            SignIns signIns,
            ResetCodes resetCodes,
            MailedCodes mail,
            SignOuts signOuts,
            CurrentRequest request) {
        this.accounts = accounts;
        this.signIns = signIns;
        this.resetCodes = resetCodes;
        this.mail = mail;
        this.signOuts = signOuts;
        this.request = request;
    }

    @POST
    @Path("/sign-up")
    @PermitAll
    @ResponseStatus(201)
    @Operation(summary = "Create an account and its workspace with an access code")
    @Refuses(status = 403, why = "Local accounts are off, and the code is not the first one.")
    @Refuses(status = 409, why = "The e-mail address has an account.")
    @Refuses(status = 422, why = "The code is wrong, used or expired.")
    public Tokens signUp(@Valid @NotNull SignUp wanted) {
        return accounts.signUp(wanted);
    }

    @POST
    @Path("/sign-in")
    @PermitAll
    @Operation(summary = "Open a session with e-mail and password")
    @Refuses(status = 403, why = "Local accounts are off.")
    public Tokens signIn(@Valid @NotNull SignIn proof) {
        return signIns.signIn(proof);
    }

    @POST
    @Path("/refresh")
    @Consumes(MediaType.APPLICATION_JSON)
    @PermitAll
    @Operation(summary = "Exchange a refresh token for new tokens")
    public Tokens refresh(@Valid @NotNull Refresh wanted) {
        return signIns.refresh(wanted);
    }

    @POST
    @Path("/accept-invitation")
    @PermitAll
    @ResponseStatus(201)
    @Operation(summary = "Join a workspace by invitation")
    @Refuses(
            status = 403,
            why =
                    "The caller must be a person in a session, or nobody yet; without a session local accounts must be on.")
    @Refuses(status = 409, why = "The person is a member, or the e-mail address has an account.")
    @Refuses(status = 422, why = "The code is wrong, used or expired.")
    public Tokens acceptInvitation(@Valid @NotNull AcceptInvitation wanted) {
        return accounts.acceptInvitation(wanted);
    }

    @POST
    @Path("/reset-password")
    @PermitAll
    @Operation(summary = "Set a new password with a code that was mailed or that an operator handed over")
    @Refuses(status = 403, why = "Local accounts are off.")
    @Refuses(status = 422, why = "The code is wrong, used or expired.")
    public void resetPassword(@Valid @NotNull ResetPassword wanted) {
        resetCodes.reset(wanted);
    }

    @POST
    @Path("/request-code")
    @Consumes(MediaType.APPLICATION_JSON)
    @PermitAll
    @ResponseStatus(202)
    @Operation(summary = "Mail a code that proves the mailbox to whoever has an account with this address")
    @Refuses(status = 403, why = "Local accounts are off.")
    @Refuses(status = 409, why = "The installation sends no mail.")
    public void requestCode(@Valid @NotNull RequestCode wanted) {
        mail.request(wanted.email());
    }

    @POST
    @Path("/verify-email")
    @PermitAll
    @Operation(summary = "Prove the mailbox with a mailed code")
    @Refuses(status = 422, why = "The code is wrong, used or expired.")
    public void verifyEmail(@Valid @NotNull VerifyEmail proof) {
        resetCodes.verify(proof);
    }

    @POST
    @Path("/reauthenticate")
    @Authenticated
    @Operation(summary = "Prove once more who one is, for what only a recent proof allows")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    @Refuses(status = 409, why = "The person has no password: the provider is asked by signing in there again.")
    public void reauthenticate(@Valid @NotNull Reauthenticate proof) {
        signIns.reauthenticate(People.requireSession(request.requireActor()), proof.password());
    }

    @POST
    @Path("/sign-out")
    @Authenticated
    @Operation(
            summary = "End the session",
            description =
                    "With the session cookie, Location says where the browser ends its session at the provider too.")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public void signOut() {
        signOuts.signOut(
                People.requireSession(request.requireActor()).credential().id());
    }
}
