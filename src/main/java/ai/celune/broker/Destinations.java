package ai.celune.broker;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Where a call goes: looked up once, every address checked, and then only these addresses dialled. */
@ApplicationScoped
class Destinations {
    private final AddressGuard guard;

    Destinations(AddressGuard guard) {
        this.guard = guard;
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
     * Resolves an origin; blocks.
     *
     * @throws Problem {@code provider_unreachable} for a name without an address, {@code provider_address_refused} when any address is refused: a
     *     name that also points elsewhere is not to be trusted
     */
    Destination resolve(String baseUrl) {
        BaseUrl origin = parse(baseUrl);
        List<InetAddress> addresses = lookUp(origin.host());
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

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new Problem(BrokerErrors.UNREACHABLE).causedBy(e);
        }
    }
}
