package ai.celune.identity;

import ai.celune.web.Page;
import ai.celune.web.Refuses;
import io.quarkus.security.Authenticated;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The caller's own sessions. */
@Path("/v1/me/sessions")
@Authenticated
class SessionResource {
    private final OwnSessions sessions;

    SessionResource(OwnSessions sessions) {
        this.sessions = sessions;
    }

    @GET
    @Operation(summary = "List the caller's open sessions")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public Page<SessionView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        return sessions.list(Page.after(cursor), Page.limit(limit));
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "End one of the caller's sessions")
    @Refuses(status = 403, why = "The caller must be a person in a session.")
    public void end(@RestPath UUID id) {
        sessions.end(id);
    }
}
