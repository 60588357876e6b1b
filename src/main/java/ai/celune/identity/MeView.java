package ai.celune.identity;

import ai.celune.security.Actor;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** @param permissions effective ones: what the role allows, cut down to the credential's scopes */
record MeView(
        Actor.Ref principal,
        @Nullable UUID userId,
        @Nullable String email,
        @Nullable UUID workspaceId,
        @Nullable String role,
        List<String> permissions,
        boolean platformOperator) {

    static MeView of(Actor actor, @Nullable String email) {
        return new MeView(
                actor.principal(),
                actor.userId(),
                email,
                actor.workspaceId(),
                actor.role(),
                actor.permissions().stream().sorted().toList(),
                actor.platformOperator());
    }
}
