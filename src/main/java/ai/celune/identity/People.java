package ai.celune.identity;

import ai.celune.security.Actor;
import ai.celune.web.Problem;

/** Operations that only a person's session may call, whatever permissions an API key has. */
public final class People {
    private People() {}

    public static Actor requireSession(Actor actor) {
        if (!actor.isSession()) {
            throw new Problem(IdentityErrors.SESSION_REQUIRED);
        }
        return actor;
    }
}
