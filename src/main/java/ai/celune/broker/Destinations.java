package ai.celune.broker;

import ai.celune.egress.AddressGuard;
import ai.celune.egress.BaseUrl;
import ai.celune.egress.RefusedDestinationException;
import ai.celune.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a call goes: looked up once, every address checked, and then only these addresses dialled; or by the operator's proxy. */
@ApplicationScoped
class Destinations {
    private final AddressGuard guard;
    private final LookUps lookUps;
    private final Proxy proxy;

    Destinations(AddressGuard guard, LookUps lookUps, Proxy proxy) {
        this.guard = guard;
        this.lookUps = lookUps;
        this.proxy = proxy;
    }

    /**
     * An origin and what to dial for it.
     *
     * @param servers checked addresses in the order in which to try them, or the name alone for the proxy to look up
     * @param proxy null to dial them directly
     */
    record Destination(
            BaseUrl origin,
            List<SocketAddress> servers,
            @Nullable ProxyOptions proxy) {}

    /**
     * Resolves an origin.
     *
     * @return fails with a {@link Problem}: those of {@link LookUps}, and {@code provider_address_refused} when any address is refused: a name that also
     *     points elsewhere is not to be trusted
     * @throws Problem {@code provider_address_refused} for an origin that would not be accepted any more
     */
    Future<Destination> resolve(String baseUrl) {
        BaseUrl origin = parse(baseUrl);
        ProxyOptions by = proxy.forOrigin(origin);
        if (by != null) {
            SocketAddress named = SocketAddress.inetSocketAddress(origin.port(), origin.host());
            return Future.succeededFuture(new Destination(origin, List.of(named), by));
        }
        return lookUps.addresses(origin.host()).map(addresses -> check(origin, addresses));
    }

    private Destination check(BaseUrl origin, List<InetAddress> addresses) {
        boolean allowed = addresses.stream()
                .allMatch(
                        address -> guard.check(origin.host(), origin.port(), address) == AddressGuard.Verdict.ALLOWED);
        if (!allowed) {
            throw new Problem(BrokerErrors.ADDRESS_REFUSED);
        }
        List<SocketAddress> servers = addresses.stream()
                .map(address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address, origin.port())))
                .toList();
        return new Destination(origin, servers, null);
    }

    private BaseUrl parse(String baseUrl) {
        try {
            return BaseUrl.parse(baseUrl, guard);
        } catch (RefusedDestinationException e) {
            throw new Problem(BrokerErrors.ADDRESS_REFUSED).causedBy(e);
        }
    }
}
