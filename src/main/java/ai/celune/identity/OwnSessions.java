package ai.celune.identity;

import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.web.NotFound;
import ai.celune.web.Page;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A person looks at their sessions and ends those that should not be. */
@ApplicationScoped
@Transactional
class OwnSessions {
    private static final String OPEN = "select s, b.seenAt from Session s join Account a on a.id = s.userId"
            + " left join BrowserSession b on b.sessionId = s.id where s.userId = :user and s.endedAt is null"
            + " and s.expiresAt > :now and s.epoch = a.epoch and s.id > :after order by s.id";

    private final EntityManager entities;
    private final Sessions sessions;
    private final CurrentRequest request;
    private final Clock clock;

    OwnSessions(EntityManager entities, Sessions sessions, CurrentRequest request, Clock clock) {
        this.entities = entities;
        this.sessions = sessions;
        this.request = request;
        this.clock = clock;
    }

    Page<SessionView> list(@Nullable UUID after, int limit) {
        Actor actor = People.requireSession(request.requireActor());
        UUID current = actor.credential().id();
        List<SessionView> rows = entities.createQuery(OPEN, Object[].class)
                .setParameter("user", actor.user())
                .setParameter("now", clock.instant())
                .setParameter("after", after == null ? new UUID(0, 0) : after)
                .setMaxResults(limit + 1)
                .getResultStream()
                .map(row -> ((Session) row[0]).view((Instant) row[1], current))
                .toList();
        return Page.of(rows, limit, SessionView::id, row -> row);
    }

    /** Effective with the next request on every replica; repeating it is harmless. */
    void end(UUID id) {
        People.requireSession(request.requireActor());
        if (entities.find(Session.class, id) == null) {
            throw new NotFound();
        }
        sessions.end(id, "revoked");
    }
}
