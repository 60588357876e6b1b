package ai.celune.web;

import ai.celune.security.RequestFacts;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.AuthenticationRedirectException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.ValidationException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The JAX-RS side of {@link Refusals}. The listed types are those for which Quarkus brings mappers of its own. */
class ProblemMapper {
    private final Refusals refusals;

    ProblemMapper(Refusals refusals) {
        this.refusals = refusals;
    }

    @ServerExceptionMapper({
        Throwable.class,
        WebApplicationException.class,
        NotFoundException.class,
        ValidationException.class,
        com.fasterxml.jackson.databind.exc.MismatchedInputException.class,
        ForbiddenException.class,
        UnauthorizedException.class,
        AuthenticationFailedException.class,
        AuthenticationCompletionException.class,
        AuthenticationRedirectException.class
    })
    public Uni<Response> map(Throwable failure, RoutingContext context) {
        String requestId = RequestFacts.of(context).requestId();
        return Uni.createFrom()
                .completionStage(() -> refusals.record(context, failure))
                .map(problem -> response(problem, requestId));
    }

    private static Response response(Problem problem, String requestId) {
        Response.ResponseBuilder response = Response.status(problem.code().status())
                .type(ProblemDocument.MEDIA_TYPE)
                .entity(ProblemDocument.of(problem, requestId));
        if (problem.retryAfterSeconds() > 0) {
            response.header("Retry-After", problem.retryAfterSeconds());
        }
        if (problem.code().status() == 401) {
            response.header("WWW-Authenticate", "Bearer");
        }
        return response.build();
    }
}
