package ai.celune.broker;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.util.List;

/** Where a call goes: looked up once, every address checked, and then only these addresses dialled. */
@ApplicationScoped
class Destinations {
    private final AddressGuard guard;
    private final LookUps lookUps;

    Destinations(AddressGuard guard, LookUps lookUps) {
        this.guard = guard;
        this.lookUps = lookUps;
    }

    /**
     * An origin with its checked addresses.
     *
     * @param addresses in the order in which to try them
     */
    record Destination(BaseUrl origin, List<InetAddress> addresses) {
        boolean isSecure() {
            return origin.scheme().equals("https");
        }
    }

    /**
     * Resolves an origin.
     *
     * @return fails with a {@link Problem}: those of {@link LookUps}, and {@code provider_address_refused} when any address is refused: a name that also
     *     points elsewhere is not to be trusted
     * @throws Problem {@code provider_address_refused} for an origin that would not be accepted any more
     */
    Future<Destination> resolve(String baseUrl) {
        BaseUrl origin = parse(baseUrl);
        return lookUps.addresses(origin.host()).map(addresses -> check(origin, addresses));
    }

    private Destination check(BaseUrl origin, List<InetAddress> addresses) {
        boolean allowed = addresses.stream()
                .allMatch(
                        address -> guard.check(origin.host(), origin.port(), address) == AddressGuard.Verdict.ALLOWED);
        if (!allowed) {
            throw new Problem(BrokerErrors.ADDRESS_REFUSED);
        }
        return new Destination(origin, addresses);
    }

    private BaseUrl parse(String baseUrl) {
        try {
            return BaseUrl.parse(baseUrl, guard);
        } catch (RefusedDestinationException e) {
            throw new Problem(BrokerErrors.ADDRESS_REFUSED).causedBy(e);
        }
    }
}
