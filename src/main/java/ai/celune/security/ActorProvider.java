package ai.celune.security;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Makes the identity of a proved credential. */
@ApplicationScoped
class ActorProvider implements IdentityProvider<Credentials.Proved> {
    @Override
    public Class<Credentials.Proved> getRequestType() {
        return Credentials.Proved.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(Credentials.Proved request, AuthenticationRequestContext context) {
        return Uni.createFrom()
                .item(QuarkusSecurityIdentity.builder()
                        .setPrincipal(request.actor())
                        .build());
    }
}
