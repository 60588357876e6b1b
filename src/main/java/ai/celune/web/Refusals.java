package ai.celune.web;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.AuditQueue;
import ai.celune.audit.Origin;
import ai.celune.security.Actor;
import ai.celune.security.ClientAddress;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RefusedCredential;
import ai.celune.security.RequestFacts;
import ai.celune.security.UnknownCredential;
import ai.celune.tenancy.Scope;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Every refusal passes here on its way out: it becomes a problem document, and where api-contract says so an audit event, and it is
 * answered only after that event is stored. Called by the exception mapper, by the rate limiter and by the broker.
 */
@ApplicationScoped
public class Refusals {
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private static final long LONGEST_WAIT_SECONDS = 10;
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final AuditQueue audit;
    private final RefusalTally tally;
    private final ObjectMapper json;

    Refusals(AuditQueue audit, RefusalTally tally, ObjectMapper json) {
        this.audit = audit;
        this.tally = tally;
        this.json = json;
    }

    /** Records the refusal and answers it; on the broker's path so that a caller can tell it from the provider's. */
    public void answer(RoutingContext context, Throwable failure) {
        if (RequestGate.isProxied(context)) {
            context.response().putHeader("Celune-Error", "true");
        }
        Context caller = context.vertx().getOrCreateContext();
        record(context, failure)
                .thenAccept(problem -> caller.runOnContext(ignored ->
                        ProblemDocument.send(problem, RequestFacts.of(context).requestId(), context.response(), json)));
    }

    /** Records the refusal; completes, never exceptionally, with what the client is to see. */
    public CompletionStage<Problem> record(RoutingContext context, Throwable failure) {
        Problem problem = Problems.of(failure);
        log(problem, failure, RequestFacts.of(context).requestId());
        CompletableFuture<Void> recorded = store(context, failure, problem).toCompletableFuture();
        // Of a copy: a count that comes too late for this caller must not be told a second time.
        return recorded.copy().orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS).handle((stored, notStored) -> {
            if (notStored == null) {
                return problem;
            }
            LOG.error("a refusal could not be recorded", notStored);
            return new Problem(ErrorCode.AUDIT_UNAVAILABLE).retryAfter(5);
        });
    }

    /** Faults of ours with their stack; those of a store or provider, which come by the thousand, in a line. */
    private static void log(Problem problem, Throwable failure, String requestId) {
        if (problem.code().status() == 500) {
            LOG.errorf(failure, "%s for request %s", problem.code().code(), requestId);
        } else if (problem.code().status() > 500) {
            LOG.warnf("%s for request %s: %s", problem.code().code(), requestId, rootOf(failure));
        }
    }

    /** The type alone: a message of a foreign client may hold what it was sending. */
    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getName();
    }

    private CompletionStage<Void> store(RoutingContext context, Throwable failure, Problem problem) {
        String method = METHODS.contains(context.request().method().name())
                ? context.request().method().name()
                : "other";
        String reason = problem.code().code();
        String route = Routes.template(context);
        RequestFacts request = RequestFacts.of(context);
        if (!problem.facts().isEmpty()) {
            return audit.append(problem.facts().stream()
                    .map(fact -> new AuditQueue.Entry(fact.workspaceId(), origin(context, fact.actor()), fact.event()))
                    .toList());
        }
        return switch (problem.code().status()) {
            case 401 -> unauthenticated(failure, reason, request, method, route);
            case 403 -> append(context, new RequestEvents.Denied(route, reason, method));
            case 404 ->
                problem instanceof NotFound
                        ? append(context, new RequestEvents.NotFound(route, reason, method))
                        : CompletableFuture.completedFuture(null);
            case 429 -> limited(context, problem, method, route);
            default -> CompletableFuture.completedFuture(null);
        };
    }

    private CompletionStage<Void> unauthenticated(
            Throwable failure, String reason, RequestFacts request, String method, String route) {
        Origin nobody = new Origin(null, null, request);
        return switch (failure) {
            case RefusedCredential known ->
                audit.append(
                        Objects.requireNonNullElse(known.workspaceId(), Scope.NOBODY),
                        new Origin(known.principal(), known.credential(), request),
                        new RequestEvents.Unauthenticated(
                                known.credential().id().toString(), known.reason(), method, route, 1));
            case UnknownCredential ignored ->
                audit.append(Scope.NOBODY, nobody, new RequestEvents.Unauthenticated(null, reason, method, route, 1));
            default ->
                tally.count(
                        new RefusalTally.Key(Scope.NOBODY, ClientAddress.prefix(request.address()), null, reason),
                        nobody,
                        count -> new RequestEvents.Unauthenticated(null, reason, method, route, count));
        };
    }

    private static Origin origin(RoutingContext context, Actor.@Nullable Ref actor) {
        RequestFacts request = RequestFacts.of(context);
        return actor == null ? Origin.of(CurrentRequest.actorOf(context), request) : new Origin(actor, null, request);
    }

    private CompletionStage<Void> append(RoutingContext context, AuditEvent event) {
        Actor actor = CurrentRequest.actorOf(context);
        return audit.append(workspace(actor), Origin.of(actor, RequestFacts.of(context)), event);
    }

    private CompletionStage<Void> limited(RoutingContext context, Problem problem, String method, String route) {
        Actor actor = CurrentRequest.actorOf(context);
        RequestFacts request = RequestFacts.of(context);
        String limit = Objects.requireNonNullElse(problem.detail(), "request");
        return tally.count(
                new RefusalTally.Key(
                        workspace(actor),
                        actor == null
                                ? ClientAddress.prefix(request.address())
                                : actor.credential().id().toString(),
                        limit,
                        problem.code().code()),
                Origin.of(actor, request),
                count -> new RequestEvents.Limited(limit, problem.code().code(), method, route, count));
    }

    private static UUID workspace(@Nullable Actor actor) {
        return actor == null || actor.workspaceId() == null ? Scope.NOBODY : actor.workspaceId();
    }
}
