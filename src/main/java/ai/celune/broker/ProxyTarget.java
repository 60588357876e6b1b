package ai.celune.broker;

import ai.celune.egress.RefusedDestinationException;
import ai.celune.security.BrokerPath;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a caller asked of a provider: the request target as it came over the wire, undecoded, behind {@code /v1/proxy/{provider}}.
 *
 * <p>Nothing is normalised. What two parsers could read differently is refused instead, so that the path we judge is the path the provider sees.
 *
 * @param provider name of the provider
 * @param path begins with a slash
 * @param query with its question mark, or empty
 */
public record ProxyTarget(String provider, String path, String query) {
    private static final int LONGEST = 8192;
    private static final Pattern TARGET =
            Pattern.compile(BrokerPath.PREFIX + "([a-z0-9][a-z0-9-]{0,62})((?:/[^?]*)?)((?:\\?.*)?)");

    // RFC 3986, section 3.3: segments of pchar.
    private static final Pattern PATH = Pattern.compile("(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*+)*+");
    // Wider than section 3.4: providers' clients send brackets and bars unescaped.
    private static final Pattern QUERY = Pattern.compile("(?:\\?(?:[!-~&&[^#%\\\\]]|%[0-9A-Fa-f]{2})*+)?+");

    private static final Pattern HIDDEN = Pattern.compile("%(?:25)*(?:2[fF]|5[cC]|[01][0-9A-Fa-f]|7[fF])");
    private static final Pattern HIDDEN_DOT = Pattern.compile("%(?:25)*2[eE]");
    private static final Pattern PARAMETERS = Pattern.compile("(?:;|%(?:25)*3[bB])[^/]*");
    private static final Pattern DOTS = Pattern.compile("/\\.{1,2}(?:/.*)?");

    /**
     * Reads a raw request target.
     *
     * @throws RefusedDestinationException for more than 8 KiB, anything but visible ASCII, {@code #}, backslashes, broken escapes; and in the path for escaped
     *     slashes, backslashes and control characters, empty segments and dot segments, also escaped, escaped twice or with parameters
     */
    public static ProxyTarget parse(String requestTarget) {
        if (requestTarget.length() > LONGEST) {
            throw new RefusedDestinationException("The request target is longer than 8 KiB.");
        }
        Matcher parts = TARGET.matcher(requestTarget);
        if (!parts.matches()) {
            throw new RefusedDestinationException("The request target must be /v1/proxy/, a provider, and a path.");
        }
        String path = parts.group(2);
        String query = parts.group(3);
        if (!PATH.matcher(path).matches() || !QUERY.matcher(query).matches()) {
            throw new RefusedDestinationException(
                    "The request target contains characters or escapes that are not allowed.");
        }
        if (HIDDEN.matcher(path).find()) {
            throw new RefusedDestinationException("The path hides a slash or a control character.");
        }
        String bare =
                PARAMETERS.matcher(HIDDEN_DOT.matcher(path).replaceAll(".")).replaceAll("");
        if (path.contains("//") || bare.contains("//") || hasDotSegment(bare)) {
            throw new RefusedDestinationException("The path has an empty segment or a dot segment.");
        }
        return new ProxyTarget(parts.group(1), path.isEmpty() ? "/" : path, query);
    }

    /** What follows the origin on the way out, byte for byte as it came. */
    public String pathAndQuery() {
        return path + query;
    }

    private static boolean hasDotSegment(String path) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (DOTS.matcher(path).region(slash, path.length()).matches()) {
                return true;
            }
        }
        return false;
    }
}
