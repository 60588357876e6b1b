package ai.celune.workspace;

import ai.celune.audit.AuditLog;
import ai.celune.ratelimit.RateLimitConfig;
import ai.celune.security.CurrentRequest;
import ai.celune.web.ETag;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of the caller's workspace (R35). */
@ApplicationScoped
@Transactional
class WorkspaceSettings {
    private final EntityManager entities;
    private final AuditLog audit;
    private final CurrentRequest request;
    private final RateLimitConfig limits;

    WorkspaceSettings(EntityManager entities, AuditLog audit, CurrentRequest request, RateLimitConfig limits) {
        this.entities = entities;
        this.audit = audit;
        this.request = request;
        this.limits = limits;
    }

    Workspace get() {
        return entities.find(Workspace.class, request.requireActor().workspace());
    }

    Workspace change(ChangeSettings wanted, @Nullable String ifMatch) {
        Workspace workspace = get();
        ETag.require(ifMatch, workspace.version());
        SettingsView before = SettingsView.of(workspace);
        Integer brokerPerMinute = wanted.brokerPerMinute(before.brokerPerMinute());
        if (brokerPerMinute != null && brokerPerMinute > limits.brokerMaximum()) {
            throw Problem.invalid("/brokerPerMinute", "max", "must be at most " + limits.brokerMaximum());
        }
        workspace.change(wanted.name(before.name()), brokerPerMinute, wanted.apiKeyMaxDays(before.apiKeyMaxDays()));
        SettingsView after = SettingsView.of(workspace);
        if (!after.equals(before)) {
            audit.record(new WorkspaceEvents.SettingsChanged(
                    workspace.id(),
                    changed(before, after),
                    before.brokerPerMinute(),
                    after.brokerPerMinute(),
                    before.apiKeyMaxDays(),
                    after.apiKeyMaxDays()));
            entities.flush();
        }
        return workspace;
    }

    private static List<String> changed(SettingsView before, SettingsView after) {
        List<String> fields = new ArrayList<>();
        if (!before.name().equals(after.name())) {
            fields.add("name");
        }
        if (!Objects.equals(before.brokerPerMinute(), after.brokerPerMinute())) {
            fields.add("brokerPerMinute");
        }
        if (!Objects.equals(before.apiKeyMaxDays(), after.apiKeyMaxDays())) {
            fields.add("apiKeyMaxDays");
        }
        return fields;
    }
}
