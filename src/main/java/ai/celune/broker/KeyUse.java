package ai.celune.broker;

import ai.celune.audit.Origin;
import ai.celune.crypto.Secret;
import ai.celune.egress.ReservedFields;
import ai.celune.provider.Provider;
import ai.celune.providerkey.ProviderKeyEvents;
import ai.celune.providerkey.ProviderKeyUses;
import ai.celune.providerkey.UsableKey;
import ai.celune.web.ErrorCode;
import ai.celune.web.Problem;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The use of a provider key, in a header field. */
record KeyUse(ProviderKeyUses uses, UsableKey key, Origin caller) implements CommittedUse {
    @Override
    public UUID id() {
        return key.use();
    }

    @Override
    public UUID secret() {
        return key.id();
    }

    @Override
    public String origin() {
        return key.baseUrl();
    }

    @Override
    public boolean hasNext() {
        return key.hasNext();
    }

    @Override
    public boolean drains() {
        return key.drains();
    }

    @Override
    public Opened open() {
        Provider.Position position = key.position();
        if (ReservedFields.contains(position.header())) {
            throw new Problem(ErrorCode.CONFLICT, "the provider key's header cannot carry a credential");
        }
        try (Secret secret = uses.open(key)) {
            return new Opened(
                    Injection.inField(position.header(), position.scheme(), secret), new Scrubber(secret.bytes()));
        }
    }

    @Override
    public CompletionStage<Void> complete(End end) {
        return uses.complete(
                key,
                caller,
                new ProviderKeyEvents.UseCompleted(
                        key.id(),
                        key.use(),
                        end.outcome(),
                        end.status(),
                        end.cause(),
                        end.bytesIn(),
                        end.bytesOut(),
                        end.metered().model(),
                        end.metered().inputTokens(),
                        end.metered().outputTokens(),
                        uses.cost(
                                key,
                                end.metered().model(),
                                end.metered().inputTokens(),
                                end.metered().outputTokens()),
                        end.metered().isLowerBound() ? true : null,
                        end.durationMillis()));
    }
}
