package ai.celune.audit;

import ai.celune.web.Page;
import ai.celune.web.Problem;
import io.quarkus.security.PermissionsAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The audit log, as its workspace and as the platform's operators read it. */
@Path("/v1")
class AuditResource {
    private final AuditReads reads;

    AuditResource(AuditReads reads) {
        this.reads = reads;
    }

    @GET
    @Path("/audit/events")
    @PermissionsAllowed(AuditPermissions.READ)
    @Operation(summary = "List audit events, newest first")
    public Page<AuditEventView> list(
            @BeanParam Filter filter, @RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return reads.list(filter.parsed(), cursor, Page.limit(limit));
    }

    @GET
    @Path("/audit/events/{id}")
    @PermissionsAllowed(AuditPermissions.READ)
    @Operation(summary = "Show an audit event")
    public AuditEventView get(@RestPath UUID id) {
        return reads.get(id);
    }

    @GET
    @Path("/platform/audit/events")
    @PermissionsAllowed(AuditPermissions.OPERATE)
    @Operation(summary = "List the operators' audit events, newest first")
    public Page<AuditEventView> listForOperators(
            @BeanParam Filter filter, @RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return reads.listForOperators(filter.parsed(), cursor, Page.limit(limit));
    }

    /** Query parameters as sent; a malformed one is 400 and names itself. */
    static final class Filter {
        private static final Set<String> OUTCOMES = Set.of("success", "denied", "failed");

        @QueryParam("actor")
        @Nullable
        String actor;

        @QueryParam("action")
        @Nullable
        String action;

        @QueryParam("target")
        @Nullable
        String target;

        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("to")
        @Nullable
        String to;

        @QueryParam("outcome")
        @Nullable
        String outcome;

        AuditFilter parsed() {
            if (outcome != null && !OUTCOMES.contains(outcome)) {
                throw Problem.invalid("outcome", "unknown_value", "must be success, denied or failed");
            }
            return new AuditFilter(
                    uuid(actor),
                    text("action", action),
                    text("target", target),
                    instant("from", from),
                    instant("to", to),
                    outcome);
        }

        private static @Nullable String text(String name, @Nullable String value) {
            if (value != null && !value.matches("[A-Za-z0-9._:/{}-]{1,128}")) {
                throw Problem.invalid(name, "pattern", "is not the name of anything in the log");
            }
            return value;
        }

        private static @Nullable UUID uuid(@Nullable String value) {
            try {
                return value == null ? null : UUID.fromString(value);
            } catch (IllegalArgumentException e) {
                throw Problem.invalid("actor", "uuid", "must be an id");
            }
        }

        private static @Nullable Instant instant(String name, @Nullable String value) {
            try {
                return value == null ? null : Instant.parse(value);
            } catch (DateTimeException e) {
                throw Problem.invalid(name, "instant", "must be an RFC 3339 instant in UTC");
            }
        }
    }
}
