package ai.celune.identity;

import ai.celune.identity.IdentityLookups.KnownBrowserSession;
import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import ai.celune.tenancy.Scope;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The session cookie of browsers: looked up by its digest on every request, noted once a minute, confirmed by the provider when that is due. */
@ApplicationScoped
class CookieMechanism implements HttpAuthenticationMechanism {
    private static final Duration NOTED = Duration.ofMinutes(1);

    private final IdentityLookups lookups;
    private final BrowserSessions browsers;
    private final Rechecks rechecks;
    private final Credentials credentials;
    private final Scope scope;
    private final IdentityConfig config;
    private final MailConfig mail;
    private final Clock clock;

    CookieMechanism(
            IdentityLookups lookups,
            BrowserSessions browsers,
            Rechecks rechecks,
            Credentials credentials,
            Scope scope,
            IdentityConfig config,
            MailConfig mail,
            Clock clock) {
        this.lookups = lookups;
        this.browsers = browsers;
        this.rechecks = rechecks;
        this.credentials = credentials;
        this.scope = scope;
        this.config = config;
        this.mail = mail;
        this.clock = clock;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String cookie = Credentials.cookie(context);
        return cookie == null
                ? Uni.createFrom().nullItem()
                : credentials
                        .resolve(context, manager, () -> actor(cookie))
                        // Nobody but us can take it away, and with it even a sign-in by password is refused.
                        .onFailure(SecurityException.class)
                        .invoke(() -> BrowserSessions.takeAway(context));
    }

    private Actor actor(String cookie) {
        KnownBrowserSession known = BrowserSession.hashOf(cookie)
                .flatMap(lookups::browserSession)
                .orElseThrow(AuthenticationFailedException::new);
        Instant now = clock.instant();
        Actor actor = known.session().actor(now, mail.requireVerified());
        if (!known.seenAt().plus(config.idle()).isAfter(now)) {
            throw known.session().refused("idle");
        }
        rechecks.confirm(known, now);
        if (!known.seenAt().plus(NOTED).isAfter(now)) {
            scope.asUser(actor.user(), actor.workspaceId(), () -> {
                browsers.seen(known.session().id(), now);
                return known;
            });
        }
        return actor;
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().nullItem();
    }
}
