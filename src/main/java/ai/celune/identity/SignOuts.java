package ai.celune.identity;

import ai.celune.crypto.SecretStoreUnavailableException;
import ai.celune.identity.IdentityLookups.ProviderSession;
import ai.celune.identity.oidc.LogoutTokens;
import ai.celune.identity.oidc.Provider;
import ai.celune.identity.oidc.ProviderClient;
import ai.celune.identity.oidc.ProviderTokens;
import ai.celune.identity.oidc.Providers;
import ai.celune.security.CurrentRequest;
import ai.celune.tenancy.Scope;
import ai.celune.tenancy.Transactions;
import ai.celune.web.Problem;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Ends of sessions on somebody's word: the person's own, or that of the provider where they signed in. */
@ApplicationScoped
class SignOuts {
    private final IdentityLookups lookups;
    private final Sessions sessions;
    private final BrowserSessions browsers;
    private final Providers providers;
    private final ProviderClient client;
    private final LogoutTokens logoutTokens;
    private final CurrentRequest request;
    private final Scope scope;
    private final Transactions transactions;

    SignOuts(
            IdentityLookups lookups,
            Sessions sessions,
            BrowserSessions browsers,
            Providers providers,
            ProviderClient client,
            LogoutTokens logoutTokens,
            CurrentRequest request,
            Scope scope,
            Transactions transactions) {
        this.lookups = lookups;
        this.sessions = sessions;
        this.browsers = browsers;
        this.providers = providers;
        this.client = client;
        this.logoutTokens = logoutTokens;
        this.request = request;
        this.scope = scope;
        this.transactions = transactions;
    }

    /** Ends the caller's session. A browser is told where it ends its session at the provider too. */
    void signOut(UUID sessionId) {
        if (browsers.isCaller()) {
            leave(sessionId);
        } else {
            sessions.end(sessionId, "signed_out");
        }
    }

    private void leave(UUID sessionId) {
        BrowserSession session = transactions.inNew(() -> browsers.get(sessionId));
        ProviderTokens tokens = readable(session);
        transactions.inNew(() -> {
            sessions.end(sessionId, "signed_out");
            browsers.leave(sessionId);
            return sessionId;
        });
        place(session.provider(), tokens)
                .ifPresent(place -> context().response().putHeader("Location", place));
    }

    /** None while the secret store is away: the provider then asks the person whether it is meant. */
    private ProviderTokens readable(BrowserSession session) {
        try {
            return transactions.inNew(() -> browsers.tokens(session)).orElse(ProviderTokens.NONE);
        } catch (SecretStoreUnavailableException e) {
            return ProviderTokens.NONE;
        }
    }

    /** None when the provider does not answer: the person is signed out here, which must not wait for it. */
    private Optional<String> place(String provider, ProviderTokens tokens) {
        String origin =
                context().request().scheme() + "://" + context().request().authority();
        try {
            return providers.find(provider).flatMap(known -> client.logout(known, tokens, origin));
        } catch (Problem unavailable) {
            return Optional.empty();
        }
    }

    /**
     * Ends what the provider says has ended there; saying it again ends nothing more.
     *
     * @throws Problem {@code invalid_request} for a token that is not the provider's word
     */
    void signedOutAt(Provider provider, String logoutToken) {
        LogoutTokens.Ended ended = logoutTokens
                .verify(provider, logoutToken)
                .orElseThrow(() -> Problem.invalid("logout_token", "invalid", "is not a logout token for this client"));
        for (ProviderSession session : lookups.providerSessions(provider.name(), ended.session(), ended.subject())) {
            scope.asUser(session.userId(), session.workspaceId(), () -> {
                sessions.endByProvider(session.id(), "provider_logout");
                browsers.get(session.id()).forgetTokens();
                return session;
            });
        }
    }

    private RoutingContext context() {
        return Objects.requireNonNull(request.context());
    }
}
