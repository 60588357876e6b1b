package ai.celune.egress;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code celune.egress.allowed}: a block, or an exact host or address, with a port or for all ports.
 *
 * @param block the addresses, or null for a host name
 * @param port 0 for every port
 */
record EgressRule(@Nullable Cidr block, String host, int port) {
    private static final Pattern WITH_PORT = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]+)(?::([1-9][0-9]{0,4}))?");

    static EgressRule parse(String entry) {
        if (entry.indexOf('/') >= 0) {
            return new EgressRule(Cidr.parse(entry), "", 0);
        }
        if (Cidr.isLiteral(entry)) {
            return new EgressRule(Cidr.of(Cidr.literal(entry)), "", 0);
        }
        Matcher parts = WITH_PORT.matcher(entry);
        if (!parts.matches()) {
            throw wrong(entry);
        }
        String host = parts.group(1).toLowerCase(Locale.ROOT);
        int port = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
        if (port > 65_535) {
            throw wrong(entry);
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf(':') < 0 || !Cidr.isLiteral(host)) {
                throw wrong(entry);
            }
        }
        if (Cidr.isLiteral(host)) {
            return new EgressRule(Cidr.of(Cidr.literal(host)), "", port);
        }
        if (!HostName.isValid(host)) {
            throw wrong(entry);
        }
        return new EgressRule(null, host, port);
    }

    boolean matches(String toHost, int toPort, InetAddress address) {
        return block == null ? names(toHost, toPort) : isOpen(toPort) && block.contains(address);
    }

    boolean names(String toHost, int toPort) {
        return block == null && isOpen(toPort) && host.equals(toHost.toLowerCase(Locale.ROOT));
    }

    private boolean isOpen(int toPort) {
        return port == 0 || port == toPort;
    }

    private static IllegalArgumentException wrong(String entry) {
        return new IllegalArgumentException("celune.egress.allowed: '" + entry
                + "' is neither a host, an address nor a block, with at most one port");
    }
}
