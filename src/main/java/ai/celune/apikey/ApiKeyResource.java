package ai.celune.apikey;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.JsonBodyReader;
import ai.celune.web.Page;
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

/** API keys of the caller's workspace. */
@Path("/v1/api-keys")
class ApiKeyResource {
    private final ApiKeys keys;
    private final ApiKeyIssuer issuer;
    private final Verification verification;

    ApiKeyResource(ApiKeys keys, ApiKeyIssuer issuer, Verification verification) {
        this.keys = keys;
        this.issuer = issuer;
        this.verification = verification;
    }

    @POST
    @Idempotent
    @RecentProof
    @PermissionsAllowed(ApiKeyPermissions.WRITE)
    @Operation(summary = "Create an API key; its value is shown this once")
    @Refuses(status = 404, why = "A binding or the service account is not of the caller's workspace.")
    public RestResponse<CreatedApiKey> create(@Valid @NotNull CreateApiKey wanted) {
        CreatedApiKey created = issuer.create(wanted);
        return Responses.created("/v1/api-keys/" + created.id(), created);
    }

    @GET
    @PermissionsAllowed(ApiKeyPermissions.READ)
    @Operation(summary = "List API keys")
    public Page<ApiKeyView> list(
            @RestQuery @Nullable UUID principal,
            @RestQuery @Nullable Integer limit,
            @RestQuery @Nullable String cursor) {
        return keys.list(principal, Page.after(cursor), Page.limit(limit));
    }

    @GET
    @Path("/{id}")
    @PermissionsAllowed(ApiKeyPermissions.READ)
    @Operation(summary = "Show an API key without its value")
    public RestResponse<ApiKeyView> get(@RestPath UUID id) {
        return answer(keys.show(id));
    }

    @PATCH
    @Path("/{id}")
    @Consumes({"application/json", JsonBodyReader.MERGE_PATCH})
    @RecentProof
    @PermissionsAllowed(ApiKeyPermissions.WRITE)
    @Operation(summary = "Rename an API key, or change where it may be used from")
    public RestResponse<ApiKeyView> change(
            @RestPath UUID id, @RestHeader("If-Match") @Nullable String ifMatch, @Valid @NotNull ChangeApiKey wanted) {
        return answer(keys.change(id, wanted, ifMatch));
    }

    @POST
    @Path("/{id}/rotate")
    @Idempotent
    @RecentProof
    @PermissionsAllowed(ApiKeyPermissions.WRITE)
    @Operation(summary = "Replace an API key by a new one with the same rights; its value is shown this once")
    @Refuses(status = 409, why = "The key has ended already, or the workspace has as many keys as it may have.")
    public RestResponse<CreatedApiKey> rotate(@RestPath UUID id, @Valid @NotNull RotateApiKey wanted) {
        CreatedApiKey created = issuer.rotate(id, wanted);
        return Responses.created("/v1/api-keys/" + created.id(), created);
    }

    @POST
    @Path("/verify")
    @PermissionsAllowed(ApiKeyPermissions.READ)
    @Operation(summary = "Tell whether a key of this workspace counts, and for what")
    public VerifiedApiKey verify(@Valid @NotNull VerifyApiKey shown) {
        return verification.verify(shown);
    }

    @DELETE
    @Path("/{id}")
    @PermissionsAllowed(ApiKeyPermissions.WRITE)
    @Operation(summary = "Revoke an API key for good")
    public void revoke(@RestPath UUID id) {
        keys.revoke(id);
    }

    private static RestResponse<ApiKeyView> answer(ApiKeys.Shown key) {
        return Responses.versioned(key.version(), key.view());
    }
}
