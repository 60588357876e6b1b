package ai.celune.audit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.UUID;

/** What the log of the caller's workspace knows about a thing that is gone. */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
public class AuditHistory {
    private final EntityManager entities;

    AuditHistory(EntityManager entities) {
        this.entities = entities;
    }

    /** Whether the action happened to the thing: a repeated DELETE is answered like the first, a foreign id like an unknown one. */
    public boolean tells(String action, UUID target) {
        return (Boolean) entities.createNativeQuery(
                        "select exists (select 1 from audit_event where workspace_id = app_workspace_id()"
                                + " and target_id = :target and action = :action)",
                        Boolean.class)
                .setParameter("target", target.toString())
                .setParameter("action", action)
                .getSingleResult();
    }
}
