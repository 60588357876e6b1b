package ai.celune.egress;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a custom provider lives: an origin, checked by a grammar of our own that is narrower than any URL parser's, so that no two parsers can read
 * it differently.
 *
 * @param scheme {@code https}, or {@code http} for loopback in development
 * @param host lower case; an IPv6 address without brackets
 * @param port never 0
 */
public record BaseUrl(String scheme, String host, int port) {
    private static final int LONGEST = 512;
    private static final Pattern ORIGIN =
            Pattern.compile("([a-z]+)://(\\[[0-9a-f:.]+\\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?/?");
    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int FIRST_UNPRIVILEGED = 1024;

    /**
     * Reads and checks a base URL. Refused are user information, path, query and fragment; schemes other than https (http to a loopback host when the
     * guard allows loopback); addresses in unusual forms; trailing dots; characters outside ASCII; literal addresses that the guard refuses; and
     * ports below 1024 other than 443 unless the operator's list names host and port. A name is not resolved here.
     *
     * @throws RefusedDestinationException with a sentence for the caller
     */
    public static BaseUrl parse(String text, AddressGuard guard) {
        if (text.length() > LONGEST) {
            throw new RefusedDestinationException("The base URL is too long.");
        }
        Matcher parts = ORIGIN.matcher(lower(text));
        if (!parts.matches()) {
            throw new RefusedDestinationException(
                    "The base URL must be an origin such as https://api.example.com, without user, path, query or fragment.");
        }
        String host = parts.group(2);
        Optional<InetAddress> address = address(host);
        if (address.isEmpty() && !HostName.isValid(host)) {
            throw new RefusedDestinationException("The host of the base URL is neither a plain name nor an address.");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        String scheme = parts.group(1);
        boolean plain = scheme.equals("http")
                && guard.allowsLoopback()
                && address.map(InetAddress::isLoopbackAddress).orElse(host.equals("localhost"));
        if (!plain && !scheme.equals("https")) {
            throw new RefusedDestinationException("The base URL must use https.");
        }
        int port = parts.group(3) == null ? (plain ? HTTP : HTTPS) : Integer.parseInt(parts.group(3));
        if (port > 65_535 || (!plain && port != HTTPS && port < FIRST_UNPRIVILEGED && !guard.names(host, port))) {
            throw new RefusedDestinationException("The port of the base URL is not allowed.");
        }
        if (address.isPresent() && guard.check(host, port, address.get()) != AddressGuard.Verdict.ALLOWED) {
            throw new RefusedDestinationException("The address of the base URL is not public.");
        }
        return new BaseUrl(scheme, host, port);
    }

    public boolean isSecure() {
        return scheme.equals("https");
    }

    /** Scheme, host and port, to which a path is appended; the scheme's own port is left out. */
    public String origin() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme + "://" + shown + (port == (scheme.equals("https") ? HTTPS : HTTP) ? "" : ":" + port);
    }

    private static Optional<InetAddress> address(String host) {
        boolean bracketed = host.startsWith("[");
        String literal = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean isAddress = bracketed == (literal.indexOf(':') >= 0) && Cidr.isLiteral(literal);
        return isAddress ? Optional.of(Cidr.literal(literal)) : Optional.empty();
    }

    // Only ASCII letters: full lower-casing turns some other characters into ASCII ones, the Kelvin sign for example.
    private static String lower(String text) {
        return text.chars().allMatch(c -> c < 128) ? text.toLowerCase(Locale.ROOT) : text;
    }
}
