package ai.celune.identity;

import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/** The caller's own view of itself. */
@ApplicationScoped
class Me {
    private final EntityManager entities;
    private final CurrentRequest request;

    Me(EntityManager entities, CurrentRequest request) {
        this.entities = entities;
        this.request = request;
    }

    @Transactional
    MeView show() {
        Actor actor = request.requireActor();
        return MeView.of(actor, actor.userId() == null ? null : entities.find(Account.class, actor.userId()));
    }
}
