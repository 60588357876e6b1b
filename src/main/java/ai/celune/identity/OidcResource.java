package ai.celune.identity;

import ai.celune.identity.oidc.CodeFlow;
import ai.celune.identity.oidc.Provider;
import ai.celune.identity.oidc.Providers;
import ai.celune.security.CurrentRequest;
import ai.celune.web.Refuses;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Sign-in of people at identity providers, and what those say of it later. */
@Path("/v1/auth/oidc/{provider}")
class OidcResource {
    private final Providers providers;
    private final CodeFlow flow;
    private final ProviderSignIns signIns;
    private final SignOuts signOuts;
    private final CurrentRequest request;

    OidcResource(
            Providers providers, CodeFlow flow, ProviderSignIns signIns, SignOuts signOuts, CurrentRequest request) {
        this.providers = providers;
        this.flow = flow;
        this.signIns = signIns;
        this.signOuts = signOuts;
        this.request = request;
    }

    @GET
    @Path("/login")
    @PermitAll
    @ResponseStatus(303)
    @Operation(
            summary = "Sign in at an identity provider",
            description = "For browsers: leads to the provider, and back with the session cookie to the landing page.")
    @Refuses(status = 403, why = "Nothing here lets the provider's person in.")
    @Refuses(status = 409, why = "The person signed in twice at once for the first time, or the workspace is full.")
    @Refuses(status = 422, why = "The code is wrong, used or expired.")
    public Uni<RestResponse<Void>> login(
            @RestPath String provider, @RestQuery @Size(max = 100) @Nullable String invitation) {
        RoutingContext context = Objects.requireNonNull(request.context());
        Provider known = providers.get(provider);
        InvitationCookie code = new InvitationCookie(context);
        return flow.proceed(known, context).flatMap(step -> switch (step) {
            case CodeFlow.Ask ask -> {
                code.keep(invitation);
                yield Uni.createFrom().item(seeOther(ask.location()));
            }
            case CodeFlow.Proved proved ->
                // Off the event loop, on which the provider's answer came.
                Uni.createFrom()
                        .completionStage(() -> context.vertx()
                                .executeBlocking(
                                        () -> {
                                            signIns.signIn(proved.signIn(), code.take());
                                            return seeOther(known.settings().landing());
                                        },
                                        false)
                                .toCompletionStage());
        });
    }

    @POST
    @Path("/back-channel-logout")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @PermitAll
    @Operation(
            summary = "Take an identity provider's word that sessions have ended",
            description = "OpenID Connect Back-Channel Logout 1.0; the token proves who says so.")
    public void backChannelLogout(@RestPath String provider, @FormParam("logout_token") @Nullable String logoutToken) {
        signOuts.signedOutAt(providers.get(provider), logoutToken == null ? "" : logoutToken);
    }

    private static RestResponse<Void> seeOther(String location) {
        return RestResponse.ResponseBuilder.<Void>create(303)
                .header(HttpHeaders.LOCATION, location)
                .build();
    }
}
