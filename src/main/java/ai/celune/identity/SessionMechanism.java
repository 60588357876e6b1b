package ai.celune.identity;

import ai.celune.identity.IdentityLookups.KnownSession;
import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/** Access tokens: signature first, then the session they name, read on every request. */
@ApplicationScoped
class SessionMechanism implements HttpAuthenticationMechanism {
    private final AccessTokens tokens;
    private final IdentityLookups lookups;
    private final Credentials credentials;
    private final MailConfig mail;
    private final Clock clock;

    SessionMechanism(
            AccessTokens tokens, IdentityLookups lookups, Credentials credentials, MailConfig mail, Clock clock) {
        this.tokens = tokens;
        this.lookups = lookups;
        this.credentials = credentials;
        this.mail = mail;
        this.clock = clock;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String token = Credentials.bearer(context);
        if (token == null || token.startsWith(Credentials.API_KEY_PREFIX)) {
            return Uni.createFrom().nullItem();
        }
        return credentials.resolve(context, manager, () -> actor(token));
    }

    private Actor actor(String token) {
        UUID sessionId = tokens.session(token).orElseThrow(AuthenticationFailedException::new);
        KnownSession session = lookups.session(sessionId).orElseThrow(AuthenticationFailedException::new);
        return session.actor(clock.instant(), mail.requireVerified());
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }
}
