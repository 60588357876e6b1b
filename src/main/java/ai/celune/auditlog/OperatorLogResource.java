package ai.celune.auditlog;

import ai.celune.audit.AuditEventView;
import ai.celune.security.PlatformPermissions;
import ai.celune.web.Page;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The operator log. A class of its own, because JAX-RS picks a class by the longest path first and then looks no further. */
@Path("/v1/platform/audit/events")
class OperatorLogResource {
    private final AuditReads reads;

    OperatorLogResource(AuditReads reads) {
        this.reads = reads;
    }

    @GET
    @PermissionsAllowed(PlatformPermissions.OPERATE)
    @Operation(summary = "List the operators' audit events, newest first")
    public Page<AuditEventView> list(
            @BeanParam AuditQuery query, @RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return reads.listForOperators(query.parsed(), cursor, Page.limit(limit));
    }
}
