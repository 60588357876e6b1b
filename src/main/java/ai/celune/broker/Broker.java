package ai.celune.broker;

import ai.celune.provider.Catalogue;
import ai.celune.providerkey.KeyRequest;
import ai.celune.web.Refusals;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls a provider for somebody who may use its key and never sees it (R13, R28). The use is committed to the audit log before anything leaves; so a
 * provider never sees more calls with a real key than the log has beginnings.
 */
@ApplicationScoped
class Broker {
    private final Preparation preparation;
    private final ProviderClient client;
    private final Catalogue catalogue;
    private final OpenStreams streams;
    private final BrokerConfig config;
    private final Refusals refusals;
    private final Clock clock;
    private final AtomicLong readAhead = new AtomicLong();

    Broker(
            Preparation preparation,
            ProviderClient client,
            Catalogue catalogue,
            OpenStreams streams,
            BrokerConfig config,
            Refusals refusals,
            Clock clock) {
        this.preparation = preparation;
        this.client = client;
        this.catalogue = catalogue;
        this.streams = streams;
        this.config = config;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** Serves one request on its event loop; the answer comes later. */
    void serve(RoutingContext context) {
        if (context.response().closed()) {
            // Who left while the credential was looked up is not heard of any more, and would hold a place until a
            // deadline.
            return;
        }
        context.request().pause();
        try {
            BrokerRequest request = BrokerRequest.of(context, catalogue, config.maxRequestBody());
            ReadAhead body = new ReadAhead(context.request(), request.hasBody(), config, readAhead);
            KeyRequest.Models models =
                    RequestedModels.of(request.provider(), request.target().path(), body);
            Call.Attempts attempts = tried -> preparation.prepare(request, models, tried);
            new Call(context, request, body, attempts, client, config, refusals).begin(streams, clock.instant());
        } catch (RuntimeException e) {
            Refused.answer(context, refusals, e);
        }
    }
}
