package ai.celune.identity;

import ai.celune.crypto.Binding;
import ai.celune.crypto.Envelopes;
import ai.celune.crypto.Secret;
import ai.celune.identity.oidc.ProviderSignIn;
import ai.celune.identity.oidc.ProviderTokens;
import ai.celune.security.Credentials;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Ids;
import ai.celune.tenancy.Scope;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The browsers' side of sessions: the cookie, and the provider's tokens that lie sealed beside it. They belong to a person and not to a workspace, so they
 * are sealed under the key of the operator log.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class BrowserSessions {
    private static final int COOKIE_BYTES = 32;

    private final EntityManager entities;
    private final Envelopes envelopes;
    private final CurrentRequest request;
    private final SecureRandom random;
    private final Clock clock;

    BrowserSessions(
            EntityManager entities, Envelopes envelopes, CurrentRequest request, SecureRandom random, Clock clock) {
        this.entities = entities;
        this.envelopes = envelopes;
        this.request = request;
        this.random = random;
        this.clock = clock;
    }

    /** Whether the current request was made with the cookie. */
    @Transactional(Transactional.TxType.SUPPORTS)
    boolean isCaller() {
        RoutingContext context = request.context();
        return context != null && Credentials.cookie(context) != null;
    }

    /** Gives the cookie of a new session to the browser that has just come from its provider. */
    void begin(Session session, ProviderSignIn signIn) {
        byte[] cookie = cookie();
        BrowserSession begun = new BrowserSession(
                session,
                cookie,
                signIn.provider().name(),
                signIn.providerSubject(),
                signIn.providerSession(),
                Ids.next(),
                clock.instant());
        keep(begun, signIn.tokens());
        entities.persist(begun);
        give(cookie);
    }

    /** Replaces the caller's cookie by one for the session that succeeds its own. */
    void moveTo(Session successor) {
        byte[] cookie = cookie();
        entities.persist(get(request.requireActor().credential().id()).movedTo(successor, cookie, clock.instant()));
        give(cookie);
    }

    /** Takes the cookie away, and the tokens of a session that has ended. */
    void leave(UUID sessionId) {
        get(sessionId).forgetTokens();
        takeAway(context());
    }

    static void takeAway(RoutingContext context) {
        context.response()
                .addCookie(secured(Cookie.cookie(Credentials.COOKIE, "")).setMaxAge(0));
    }

    BrowserSession get(UUID sessionId) {
        return entities.find(BrowserSession.class, sessionId);
    }

    void keep(BrowserSession session, ProviderTokens tokens) {
        try (Secret plain = tokens.bytes()) {
            session.keepTokens(envelopes.seal(binding(session, session.tokensVersion() + 1), plain.bytes()));
        }
    }

    Optional<ProviderTokens> tokens(BrowserSession session) {
        byte[] sealed = session.sealedTokens();
        if (sealed == null) {
            return Optional.empty();
        }
        try (Secret plain = envelopes.open(binding(session, session.tokensVersion()), sealed)) {
            return Optional.of(ProviderTokens.of(plain));
        }
    }

    /** Notes that the browser is there, for the idle limit. */
    void seen(UUID sessionId, Instant now) {
        entities.createQuery("update BrowserSession set seenAt = :now where sessionId = :id")
                .setParameter("now", now)
                .setParameter("id", sessionId)
                .executeUpdate();
    }

    private static Binding binding(BrowserSession session, int version) {
        return new Binding(Scope.NOBODY, session.loginId(), "provider-tokens", version);
    }

    private byte[] cookie() {
        byte[] cookie = new byte[COOKIE_BYTES];
        random.nextBytes(cookie);
        return cookie;
    }

    private void give(byte[] cookie) {
        context().response().addCookie(secured(Cookie.cookie(Credentials.COOKIE, BrowserSession.text(cookie))));
    }

    /** Lax and not strict: a strict cookie would be missing from the first page after the way back from the provider. Writes ask for more: isForged. */
    private static Cookie secured(Cookie cookie) {
        return cookie.setPath("/").setSecure(true).setHttpOnly(true).setSameSite(CookieSameSite.LAX);
    }

    private RoutingContext context() {
        return Objects.requireNonNull(request.context());
    }
}
