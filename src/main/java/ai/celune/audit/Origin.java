package ai.celune.audit;

import ai.celune.security.Actor;
import ai.celune.security.RequestFacts;
import org.jspecify.annotations.Nullable;

/**
 * Where an event comes from.
 *
 * @param actor who acted; null for nobody known
 * @param credential with what; null without one
 * @param request the request it happened in; null in background work
 */
public record Origin(
        Actor.@Nullable Ref actor,
        Actor.@Nullable Ref credential,
        @Nullable RequestFacts request) {
    /** Background work of Celune's own. */
    public static final Origin NOBODY = new Origin(null, null, null);

    public static Origin of(@Nullable Actor actor, @Nullable RequestFacts request) {
        return actor == null
                ? new Origin(null, null, request)
                : new Origin(actor.principal(), actor.credential(), request);
    }
}
