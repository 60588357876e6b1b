package ai.celune.broker;

import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Which header fields of a caller a provider gets to see. */
final class RequestHeaders {
    /** RFC 9110, section 7.6.1, and older ones in use. */
    static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "cookie2");

    private static final Set<String> OURS = Set.of(
            "host",
            "content-length",
            "expect",
            "accept-encoding",
            "forwarded",
            "via",
            "x-real-ip",
            // A part of an answer may hold a part of the secret, which scrubbing does not find.
            "range",
            "if-range");

    private static final List<String> OUR_PREFIXES = List.of("proxy-", "x-forwarded-", "celune-");

    private RequestHeaders() {}

    /** Copies what may go on; length, host and the provider's credential are for the caller of this method to set. */
    static void copy(MultiMap from, MultiMap to) {
        Set<String> connection = namedIn(from.getAll("Connection"));
        for (Map.Entry<String, String> field : from) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (!connection.contains(name) && !name.startsWith(":") && passes(name)) {
                to.add(field.getKey(), field.getValue());
            }
        }
        to.set("Accept-Encoding", "identity");
    }

    /** Whether a provider's credential may stand in this field: not where the field decides about the framing of the request. */
    static boolean canCarryCredential(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !HOP_BY_HOP.contains(lower) && !OURS.contains(lower);
    }

    private static boolean passes(String name) {
        return !HOP_BY_HOP.contains(name)
                && !CREDENTIALS.contains(name)
                && !OURS.contains(name)
                && OUR_PREFIXES.stream().noneMatch(name::startsWith);
    }

    /** The fields that a Connection field declares hop-by-hop. */
    static Set<String> namedIn(List<String> connection) {
        Set<String> names = new HashSet<>();
        connection.stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .forEach(names::add);
        return names;
    }
}
