package ai.celune.workspace;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import ai.celune.web.Responses;
import io.quarkus.security.PermissionsAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Non-human members of the caller's workspace. */
@Path("/v1/service-accounts")
class ServiceAccountResource {
    private final ServiceAccounts accounts;

    ServiceAccountResource(ServiceAccounts accounts) {
        this.accounts = accounts;
    }

    @POST
    @Idempotent
    @RecentProof
    @PermissionsAllowed(WorkspacePermissions.SERVICE_ACCOUNTS_WRITE)
    @Operation(summary = "Create a service account")
    public RestResponse<ServiceAccountView> create(@Valid @NotNull CreateServiceAccount wanted) {
        ServiceAccountView created = accounts.create(wanted).view();
        return Responses.created("/v1/service-accounts/" + created.id(), created);
    }

    @GET
    @PermissionsAllowed(WorkspacePermissions.SERVICE_ACCOUNTS_READ)
    @Operation(summary = "List service accounts")
    public Page<ServiceAccountView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(accounts.list(Page.after(cursor), size), size, ServiceAccount::id, ServiceAccount::view);
    }

    @GET
    @Path("/{id}")
    @PermissionsAllowed(WorkspacePermissions.SERVICE_ACCOUNTS_READ)
    @Operation(summary = "Show a service account")
    public ServiceAccountView get(@RestPath UUID id) {
        return accounts.get(id).view();
    }

    @DELETE
    @Path("/{id}")
    @PermissionsAllowed(WorkspacePermissions.SERVICE_ACCOUNTS_WRITE)
    @Operation(summary = "Remove a service account; its keys stop working")
    public void remove(@RestPath UUID id) {
        accounts.remove(id);
    }
}
