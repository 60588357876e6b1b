package ai.celune.providerkey;

import ai.celune.audit.AuditLog;
import ai.celune.audit.OpenActions;
import ai.celune.tenancy.Scope;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Tells the log that nobody knows how a use ended, when its process went down before it could say so. */
@ApplicationScoped
class UnknownEnds {
    private static final Logger LOG = Logger.getLogger(UnknownEnds.class);

    private final OpenActions open;
    private final AuditLog audit;
    private final Scope scope;

    UnknownEnds(OpenActions open, AuditLog audit, Scope scope) {
        this.open = open;
        this.audit = audit;
        this.scope = scope;
    }

    @Scheduled(every = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        open.workspaces().forEach(workspace -> {
            try {
                while (scope.asWorkspace(workspace, this::recordSome) > 0) {
                    // The next batch in a transaction of its own.
                }
            } catch (Exception e) {
                // Also a commit that fails, which is a checked exception in disguise.
                LOG.warnf("unknown ends of workspace %s wait for the next run: %s", workspace, e);
            }
        });
    }

    private int recordSome() {
        List<OpenActions.Overdue> overdue = open.take();
        overdue.forEach(use -> audit.recordFrom(
                use.origin(), ProviderKeyEvents.UseCompleted.unknown(UUID.fromString(use.target()), use.id())));
        return overdue.size();
    }
}
