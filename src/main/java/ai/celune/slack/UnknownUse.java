package ai.celune.slack;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Outcome;
import ai.celune.audit.UnknownEnd;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** The process that made a call is gone; Slack may have done what it was asked or not. */
@ApplicationScoped
class UnknownUse implements UnknownEnd {
    @Override
    public String began() {
        return "slack_connection.used";
    }

    @Override
    public AuditEvent of(UUID connection, UUID use) {
        return new SlackEvents.UseCompleted(connection, use, Outcome.FAILED, null, "outcome_unknown", null, null, null);
    }
}
