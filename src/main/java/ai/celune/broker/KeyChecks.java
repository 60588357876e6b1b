package ai.celune.broker;

import ai.celune.audit.AuditLog;
import ai.celune.provider.Provider;
import ai.celune.providerkey.KeyRequest;
import ai.celune.providerkey.ProviderKeyErrors;
import ai.celune.providerkey.ProviderKeyEvents;
import ai.celune.providerkey.ProviderKeyUses;
import ai.celune.tenancy.Transactions;
import ai.celune.web.Problem;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Asks a provider whether a key is valid, by the cheapest call that tells. */
@ApplicationScoped
class KeyChecks {
    private final ProviderKeyUses uses;
    private final OwnCalls calls;
    private final Preparation preparation;
    private final AuditLog audit;
    private final Transactions transactions;
    private final CurrentVertxRequest request;
    private final Clock clock;

    KeyChecks(
            ProviderKeyUses uses,
            OwnCalls calls,
            Preparation preparation,
            AuditLog audit,
            Transactions transactions,
            CurrentVertxRequest request,
            Clock clock) {
        this.uses = uses;
        this.calls = calls;
        this.preparation = preparation;
        this.audit = audit;
        this.transactions = transactions;
        this.request = request;
        this.clock = clock;
    }

    /** Holds no connection while the provider is asked. */
    KeyCheckView check(UUID id) {
        Provider provider = transactions.inNew(() -> uses.providerOf(id));
        Provider.Check check = provider.check().orElseThrow(() -> new Problem(BrokerErrors.CHECK_NOT_SUPPORTED));
        BrokerRequest own = BrokerRequest.own(request.getCurrent(), provider, check.target(), id);
        int status = calls.make(
                OwnCall.forStatus(check.target(), check.headers(), ProviderKeyErrors.MISSING),
                () -> preparation.commit(own, KeyRequest.Models.NONE, Set.of()),
                OwnAnswer::status);
        Boolean valid = verdict(check, status);
        transactions.inNew(() -> {
            audit.record(new ProviderKeyEvents.Checked(id, valid, status));
            return id;
        });
        return new KeyCheckView(valid, status, clock.instant());
    }

    private static @Nullable Boolean verdict(Provider.Check check, int status) {
        if (check.refusedBy().contains(status)) {
            return false;
        }
        // A key that has no quota left is still one that the provider knows; one that may not make this call may be.
        boolean known = status < 300 || status == 429;
        return known ? true : null;
    }
}
