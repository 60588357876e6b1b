package ai.celune.providerkey;

import ai.celune.idempotency.Idempotent;
import ai.celune.provider.DataPolicy;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import ai.celune.web.Responses;
import ai.celune.workspace.WorkspacePermissions;
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
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Provider keys of the caller's workspace. There is no operation that shows a value. */
@Path("/v1/provider-keys")
class ProviderKeyResource {
    private final ProviderKeys keys;

    ProviderKeyResource(ProviderKeys keys) {
        this.keys = keys;
    }

    @POST
    @Idempotent
    @RecentProof
    @PermissionsAllowed(ProviderKeyPermissions.WRITE)
    @Operation(summary = "Store a provider's key")
    public RestResponse<ProviderKeyView> create(@Valid @NotNull CreateProviderKey wanted) {
        ProviderKey created = keys.create(wanted);
        return Responses.created("/v1/provider-keys/" + created.id(), created.version(), created.view());
    }

    @GET
    @PermissionsAllowed(ProviderKeyPermissions.READ)
    @Operation(summary = "List provider keys")
    public Page<ProviderKeyView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(keys.list(Page.after(cursor), size), size, ProviderKey::id, ProviderKey::view);
    }

    @GET
    @Path("/{id}")
    @PermissionsAllowed(ProviderKeyPermissions.READ)
    @Operation(summary = "Show a provider key without its value")
    public RestResponse<ProviderKeyView> get(@RestPath UUID id) {
        ProviderKey key = keys.show(id);
        return Responses.versioned(key.version(), key.view());
    }

    @PUT
    @Path("/{id}/value")
    @RecentProof
    @PermissionsAllowed(ProviderKeyPermissions.WRITE)
    @Operation(summary = "Replace the value of a provider key")
    public RestResponse<ProviderKeyView> replaceValue(
            @RestPath UUID id, @RestHeader("If-Match") @Nullable String ifMatch, @Valid @NotNull ReplaceValue wanted) {
        ProviderKey key = keys.replaceValue(id, wanted, ifMatch);
        return Responses.versioned(key.version(), key.view());
    }

    @PUT
    @Path("/{id}/attestation")
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.SETTINGS_ADMIN)
    @Operation(summary = "Say how the provider behind a key treats data")
    public RestResponse<ProviderKeyView> attest(
            @RestPath UUID id, @RestHeader("If-Match") @Nullable String ifMatch, @Valid @NotNull DataPolicy policy) {
        ProviderKey key = keys.attest(id, policy, ifMatch);
        return Responses.versioned(key.version(), key.view());
    }

    @GET
    @Path("/{id}/rules")
    @PermissionsAllowed(ProviderKeyPermissions.READ)
    @Operation(summary = "Show what a provider key may be used for, and what is spent of its budget")
    public RestResponse<KeyRulesView> rules(@RestPath UUID id) {
        ProviderKey key = keys.get(id);
        return Responses.versioned(key.version(), keys.rules(key));
    }

    @PUT
    @Path("/{id}/rules")
    @RecentProof
    @PermissionsAllowed(ProviderKeyPermissions.WRITE)
    @Operation(summary = "Say what a provider key may be used for")
    public RestResponse<KeyRulesView> follow(
            @RestPath UUID id, @RestHeader("If-Match") @Nullable String ifMatch, @Valid @NotNull KeyRules rules) {
        ProviderKey key = keys.follow(id, rules, ifMatch);
        return Responses.versioned(key.version(), keys.rules(key));
    }

    @DELETE
    @Path("/{id}")
    @PermissionsAllowed(ProviderKeyPermissions.WRITE)
    @Operation(summary = "Delete a provider key and its value")
    public void delete(@RestPath UUID id) {
        keys.remove(id);
    }
}
