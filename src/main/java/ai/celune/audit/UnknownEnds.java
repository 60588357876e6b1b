package ai.celune.audit;

import ai.celune.tenancy.Scope;
import io.quarkus.arc.All;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells the log that nobody knows how an action ended, when its process went down before it could say so. */
@ApplicationScoped
public class UnknownEnds {
    private final OpenActions open;
    private final Map<String, UnknownEnd> ends;
    private final AuditLog audit;
    private final Scope scope;

    UnknownEnds(OpenActions open, @All List<UnknownEnd> ends, AuditLog audit, Scope scope) {
        this.open = open;
        this.ends = ends.stream().collect(Collectors.toMap(UnknownEnd::began, Function.identity()));
        this.audit = audit;
        this.scope = scope;
    }

    /** Records what is overdue now. */
    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    public void run() {
        open.workspaces().forEach(workspace -> scope.asWorkspaceStepwise(workspace, "unknown ends", this::recordSome));
    }

    private boolean recordSome() {
        List<OpenActions.Overdue> overdue = open.take();
        overdue.forEach(action -> audit.recordFrom(
                action.origin(),
                Objects.requireNonNull(ends.get(action.began()), action.began())
                        .of(UUID.fromString(action.target()), action.id())));
        return !overdue.isEmpty();
    }
}
