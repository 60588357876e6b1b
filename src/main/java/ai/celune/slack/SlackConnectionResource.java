package ai.celune.slack;

import ai.celune.idempotency.Idempotent;
import ai.celune.stepup.RecentProof;
import ai.celune.web.Page;
import ai.celune.web.Refuses;
import ai.celune.web.Responses;
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

/** Slack connections of the caller's workspace. There is no operation that shows a value. */
@Path("/v1/slack-connections")
class SlackConnectionResource {
    private static final int LONGEST_SECONDS = 30;
    private static final String UNREACHABLE = "Slack cannot be reached, or its answer tells nothing.";
    private static final String LATE = "Slack did not answer in time.";

    private final SlackConnections connections;
    private final SlackCalls slack;
    private final InboundSignatures signatures;

    SlackConnectionResource(SlackConnections connections, SlackCalls slack, InboundSignatures signatures) {
        this.connections = connections;
        this.slack = slack;
        this.signatures = signatures;
    }

    @POST
    @Idempotent(outsideSeconds = LONGEST_SECONDS)
    @RecentProof
    @PermissionsAllowed(SlackPermissions.WRITE)
    @Operation(summary = "Store a bot token that Slack knows, or a webhook")
    @Refuses(status = 502, why = UNREACHABLE)
    @Refuses(status = 504, why = LATE)
    public RestResponse<SlackConnectionView> create(@Valid @NotNull CreateSlackConnection wanted) {
        SlackConnection created = slack.connect(wanted);
        return Responses.created("/v1/slack-connections/" + created.id(), created.version(), created.view());
    }

    @GET
    @PermissionsAllowed(SlackPermissions.READ)
    @Operation(summary = "List Slack connections")
    public Page<SlackConnectionView> list(@RestQuery @Nullable Integer limit, @RestQuery @Nullable String cursor) {
        int size = Page.limit(limit);
        return Page.of(connections.list(Page.after(cursor), size), size, SlackConnection::id, SlackConnection::view);
    }

    @GET
    @Path("/{id}")
    @PermissionsAllowed(SlackPermissions.READ)
    @Operation(summary = "Show a Slack connection without its values")
    public RestResponse<SlackConnectionView> get(@RestPath UUID id) {
        SlackConnection connection = connections.show(id);
        return Responses.versioned(connection.version(), connection.view());
    }

    @PUT
    @Path("/{id}/value")
    @RecentProof
    @PermissionsAllowed(SlackPermissions.WRITE)
    @Operation(summary = "Replace the values of a Slack connection")
    @Refuses(status = 422, why = "Slack does not know the token.")
    @Refuses(status = 502, why = UNREACHABLE)
    @Refuses(status = 504, why = LATE)
    public RestResponse<SlackConnectionView> replaceValue(
            @RestPath UUID id,
            @RestHeader("If-Match") @Nullable String ifMatch,
            @Valid @NotNull ReplaceSlackValue wanted) {
        SlackConnection connection = slack.replace(id, wanted, ifMatch);
        return Responses.versioned(connection.version(), connection.view());
    }

    @POST
    @Path("/{id}/check")
    @Idempotent(outsideSeconds = LONGEST_SECONDS)
    @PermissionsAllowed(SlackPermissions.USE)
    @Operation(summary = "Ask Slack whether a bot token is valid")
    @Refuses(status = 502, why = UNREACHABLE)
    @Refuses(status = 504, why = LATE)
    public RestResponse<SlackCheckView> check(@RestPath UUID id) {
        return Responses.ok(slack.check(id));
    }

    @POST
    @Path("/{id}/messages")
    @Idempotent(outsideSeconds = LONGEST_SECONDS)
    @PermissionsAllowed(SlackPermissions.USE)
    @Operation(summary = "Send a message to Slack")
    @Refuses(status = 502, why = UNREACHABLE)
    @Refuses(status = 504, why = LATE)
    public RestResponse<SentMessage> send(@RestPath UUID id, @Valid @NotNull SendMessage message) {
        return Responses.ok(slack.send(id, message));
    }

    @POST
    @Path("/{id}/verify")
    @Idempotent(outsideSeconds = LONGEST_SECONDS)
    @PermissionsAllowed(SlackPermissions.USE)
    @Operation(summary = "Tell whether a request is Slack's")
    public RestResponse<InboundVerdict> verify(@RestPath UUID id, @Valid @NotNull VerifyInbound sent) {
        return Responses.ok(signatures.verify(id, sent));
    }

    @DELETE
    @Path("/{id}")
    @PermissionsAllowed(SlackPermissions.WRITE)
    @Operation(summary = "Delete a Slack connection and its values, and have Slack revoke a bot token")
    public void delete(@RestPath UUID id) {
        slack.remove(id);
    }
}
