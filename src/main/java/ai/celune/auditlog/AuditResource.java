package ai.celune.auditlog;

import ai.celune.audit.AuditEventView;
import ai.celune.web.Page;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The audit log as its workspace reads it. */
@Path("/v1/audit/events")
class AuditResource {
    private final AuditReads reads;

    AuditResource(AuditReads reads) {
        this.reads = reads;
    }

    @GET
    @PermissionsAllowed(AuditPermissions.READ)
    @Operation(summary = "List audit events, newest first")
    public Page<AuditEventView> list(
            @BeanParam AuditQuery query, @RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return reads.list(query.parsed(), cursor, Page.limit(limit));
    }

    @GET
    @Path("/{id}")
    @PermissionsAllowed(AuditPermissions.READ)
    @Operation(summary = "Show an audit event")
    public AuditEventView get(@RestPath UUID id) {
        return reads.get(id);
    }
}
