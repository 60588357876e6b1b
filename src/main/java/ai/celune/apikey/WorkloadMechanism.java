package ai.celune.apikey;

import ai.celune.apikey.workload.WorkloadIssuer;
import ai.celune.apikey.workload.WorkloadTokens;
import ai.celune.security.Actor;
import ai.celune.security.Credentials;
import ai.celune.security.RequestFacts;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;

/** Tokens of workloads, each of which stands for an API key; asked before the mechanism of sessions, which takes any other token for its own. */
@ApplicationScoped
class WorkloadMechanism implements HttpAuthenticationMechanism {
    private final WorkloadTokens tokens;
    private final ApiKeyLookup lookup;
    private final Credentials credentials;
    private final ApiKeyActivity activity;

    WorkloadMechanism(WorkloadTokens tokens, ApiKeyLookup lookup, Credentials credentials, ApiKeyActivity activity) {
        this.tokens = tokens;
        this.lookup = lookup;
        this.credentials = credentials;
        this.activity = activity;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager manager) {
        String sent = Credentials.bearer(context);
        WorkloadIssuer issuer = sent == null ? null : tokens.issuer(sent).orElse(null);
        if (sent == null || issuer == null) {
            return Uni.createFrom().nullItem();
        }
        return credentials.resolve(context, manager, () -> actor(issuer, sent, RequestFacts.of(context)));
    }

    private Actor actor(WorkloadIssuer issuer, String token, RequestFacts facts) throws SQLException {
        Actor actor = lookup.find(issuer, token, facts.address()).orElseThrow(AuthenticationFailedException::new);
        activity.used(actor, facts.address());
        return actor;
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public int getPriority() {
        return HttpAuthenticationMechanism.super.getPriority() + 1;
    }
}
