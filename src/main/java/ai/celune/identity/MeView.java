package ai.celune.identity;

import ai.celune.security.Actor;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who calls.
 *
 * @param emailVerified whether the person has proved the mailbox; null for a service account
 * @param permissions effective ones: what the role allows, cut down to the credential's scopes
 */
record MeView(
        Actor.Ref principal,
        @Nullable UUID userId,
        @Nullable String email,
        @Nullable Boolean emailVerified,
        @Nullable UUID workspaceId,
        @Nullable String role,
        List<String> permissions,
        boolean platformOperator) {

    static MeView of(Actor actor, @Nullable Account account) {
        return new MeView(
                actor.principal(),
                actor.userId(),
                account == null ? null : account.email(),
                account == null ? null : account.emailVerified(),
                actor.workspaceId(),
                actor.role(),
                actor.permissions().stream().sorted().toList(),
                actor.platformOperator());
    }
}
