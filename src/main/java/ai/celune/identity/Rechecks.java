package ai.celune.identity;

import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.identity.IdentityLookups.KnownBrowserSession;
import ai.celune.identity.IdentityLookups.KnownSession;
import ai.celune.identity.oidc.Provider;
import ai.celune.identity.oidc.ProviderClient;
import ai.celune.identity.oidc.ProviderTokens;
import ai.celune.identity.oidc.Providers;
import ai.celune.security.RefusedCredential;
import ai.celune.tenancy.Scope;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Asks a provider that tells of no logouts whether a person is still signed in there, by refreshing its tokens. One replica asks for a session, and the
 * session's other requests do not wait; no transaction is open meanwhile.
 */
@ApplicationScoped
class Rechecks {
    private static final Logger LOG = Logger.getLogger(Rechecks.class);

    private final EntityManager entities;
    private final Providers providers;
    private final ProviderClient client;
    private final BrowserSessions browsers;
    private final Sessions sessions;
    private final Scope scope;

    Rechecks(
            EntityManager entities,
            Providers providers,
            ProviderClient client,
            BrowserSessions browsers,
            Sessions sessions,
            Scope scope) {
        this.entities = entities;
        this.providers = providers;
        this.client = client;
        this.browsers = browsers;
        this.sessions = sessions;
        this.scope = scope;
    }

    /**
     * Asks when it is due. A provider that does not answer leaves the session as it is until the next time.
     *
     * @throws RefusedCredential when the provider says no, which ends the session, or is not configured any more
     */
    void confirm(KnownBrowserSession known, Instant now) {
        KnownSession session = known.session();
        Provider provider = providers.find(known.provider()).orElseThrow(() -> session.refused("provider_unknown"));
        if (!provider.isDue(known.checkedAt(), now)) {
            return;
        }
        if (!claimed(known, now).map(tokens -> ask(provider, session, tokens)).orElse(true)) {
            throw session.refused("provider_refused");
        }
    }

    private Optional<ProviderTokens> claimed(KnownBrowserSession known, Instant now) {
        KnownSession session = known.session();
        try {
            return scope.asUser(session.userId(), session.workspaceId(), () -> claim(session.id(), known, now));
        } catch (SecretStoreUnavailableException e) {
            LOG.warn("a provider's tokens cannot be opened: sessions go on");
            return Optional.empty();
        }
    }

    /** The tokens, for the one caller that gets to ask; whoever comes second finds the row locked, or checked already. */
    private Optional<ProviderTokens> claim(UUID sessionId, KnownBrowserSession known, Instant now) {
        int claimed = entities.createNativeQuery("update browser_session set checked_at = :now where session_id ="
                        + " (select session_id from browser_session where session_id = :id and checked_at = :before"
                        + " for update skip locked)")
                .setParameter("now", now)
                .setParameter("id", sessionId)
                .setParameter("before", known.checkedAt())
                .executeUpdate();
        return claimed == 0
                ? Optional.empty()
                : Optional.of(browsers.tokens(browsers.get(sessionId)).orElse(ProviderTokens.NONE));
    }

    private boolean ask(Provider provider, KnownSession session, ProviderTokens tokens) {
        try {
            Optional<ProviderTokens> refreshed = client.refresh(provider, tokens);
            return scope.asUser(session.userId(), session.workspaceId(), () -> settle(session, refreshed));
        } catch (Problem unavailable) {
            LOG.warnf("%s does not say whether a person is still signed in: their session goes on", provider.name());
            return true;
        }
    }

    private boolean settle(KnownSession session, Optional<ProviderTokens> refreshed) {
        BrowserSession row = browsers.get(session.id());
        refreshed.ifPresentOrElse(tokens -> browsers.keep(row, tokens), () -> {
            row.forgetTokens();
            sessions.endByProvider(session.id(), "provider_refused");
        });
        return refreshed.isPresent();
    }
}
