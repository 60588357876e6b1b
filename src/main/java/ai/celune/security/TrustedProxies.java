package ai.celune.security;

import ai.celune.egress.Cidr;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Where a request comes from: the connection's other end, or, while that is a trusted proxy, who it says it had the request from. Proxies append to
 * {@code X-Forwarded-For}, so it is read from its end; Quarkus takes the first entry, which is whatever the client wrote.
 */
@Singleton
public class TrustedProxies {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final List<Cidr> trusted;

    /** @param proxies addresses and blocks; names are not looked up for each request */
    TrustedProxies(
            @ConfigProperty(name = "quarkus.http.proxy.proxy-address-forwarding", defaultValue = "false")
                    boolean forwarding,
            @ConfigProperty(name = "quarkus.http.proxy.trusted-proxies") Optional<List<String>> proxies) {
        trusted = forwarding
                ? proxies.orElse(List.of()).stream()
                        .map(String::strip)
                        .map(TrustedProxies::block)
                        .toList()
                : List.of();
    }

    private static Cidr block(String proxy) {
        try {
            return Cidr.parse(proxy.contains("/") ? proxy : proxy + (proxy.contains(":") ? "/128" : "/32"));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("quarkus.http.proxy.trusted-proxies: " + e.getMessage(), e);
        }
    }

    /** The client's address, a literal; {@code unknown} for a connection that has none. */
    public String client(HttpServerRequest request) {
        // Quarkus' own reading of the fields stands in request.remoteAddress(), not in the connection's.
        SocketAddress peer = request.connection().remoteAddress();
        return peer == null || peer.hostAddress() == null
                ? "unknown"
                : client(peer.hostAddress(), request.headers().getAll(FORWARDED_FOR));
    }

    /** @param fields all of them, in their order */
    String client(String peer, List<String> fields) {
        List<String> chain = new ArrayList<>(fields.stream()
                .flatMap(field -> Stream.of(field.split(",", -1)))
                .map(String::strip)
                .toList());
        String client = peer;
        while (isTrusted(client) && !chain.isEmpty()) {
            String before = literal(chain.removeLast());
            if (before == null) {
                return client;
            }
            client = before;
        }
        return client;
    }

    private boolean isTrusted(String address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    /** Without the port that some proxies add; null for anything but an address. */
    private static @Nullable String literal(String entry) {
        String address = entry.startsWith("[")
                ? entry.replaceFirst("^\\[([^\\]]*)\\](:\\d+)?$", "$1")
                : entry.replaceFirst("^([^:]*):\\d+$", "$1");
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
