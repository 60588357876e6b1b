package ai.celune.apikey;

import ai.celune.security.Actor;
import ai.celune.workspace.RoleMatrix;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether a key counts at this moment, and for what. Of a key that does not, or that another workspace has, nothing is told.
 *
 * @param id of the key
 * @param principal person or service account that it speaks for
 * @param permissions effective rights: role and scopes together
 */
record VerifiedApiKey(
        boolean valid,
        @Nullable UUID id,
        Actor.@Nullable Ref principal,
        @Nullable List<String> permissions,
        @Nullable List<UUID> bindings,
        @Nullable Instant expiresAt) {
    static final VerifiedApiKey INVALID = new VerifiedApiKey(false, null, null, null, null, null);

    static VerifiedApiKey of(Actor actor) {
        return new VerifiedApiKey(
                true,
                actor.credential().id(),
                actor.principal(),
                RoleMatrix.rights(actor).stream().sorted().toList(),
                actor.bindings() == null
                        ? List.of()
                        : actor.bindings().stream().sorted().toList(),
                actor.expiresAt());
    }
}
