package ai.celune.workspace;

import ai.celune.security.Actor;
import ai.celune.security.PlatformPermissions;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** Gives every identity its rights of this moment: what the role allows now, cut down to the credential's scopes (R23). */
@ApplicationScoped
class EffectiveRights implements SecurityIdentityAugmentor {
    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        if (!(identity.getPrincipal() instanceof Actor actor)) {
            return Uni.createFrom().item(identity);
        }
        Actor entitled = actor.with(rights(actor));
        return Uni.createFrom()
                .item(QuarkusSecurityIdentity.builder()
                        .setPrincipal(entitled)
                        .addPermissionsAsString(entitled.permissions())
                        .build());
    }

    static Set<String> rights(Actor actor) {
        Set<String> rights = RoleMatrix.rights(actor);
        if (actor.platformOperator() && actor.isSession() && actor.scopes() == null) {
            rights.add(PlatformPermissions.OPERATE);
        }
        return rights;
    }
}
