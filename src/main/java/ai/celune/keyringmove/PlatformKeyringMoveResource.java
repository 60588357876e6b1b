package ai.celune.keyringmove;

import ai.celune.idempotency.Idempotent;
import ai.celune.security.PlatformPermissions;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/** The move of the installation from its keyring to Vault. */
@Path("/v1/platform/keyring-move")
@PermissionsAllowed(PlatformPermissions.OPERATE)
class PlatformKeyringMoveResource {
    private final KeyringMoves moves;

    PlatformKeyringMoveResource(KeyringMoves moves) {
        this.moves = moves;
    }

    @GET
    @Operation(summary = "Show the last move from the keyring to Vault, or its dry run, and what is left")
    public KeyringMoveView show() {
        return moves.show();
    }

    @POST
    @Idempotent
    @RecentProof
    @Operation(summary = "Begin a move from the keyring to Vault, or its dry run")
    public RestResponse<KeyringMoveView> begin(@Valid @NotNull BeginKeyringMove wanted) {
        return Responses.accepted(moves.begin(wanted.dryRun()));
    }
}
