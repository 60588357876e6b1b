package ai.celune.egress;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Header fields of an outgoing request that neither a caller nor a stored credential may fill: they decide how the request is read, or are Celune's. */
public final class ReservedFields {
    /** RFC 9110, section 7.6.1, and older ones in use; in lower case. */
    public static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

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

    private ReservedFields() {}

    /** Whether the field is reserved, in whatever case it is written. */
    public static boolean contains(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return HOP_BY_HOP.contains(lower)
                || OURS.contains(lower)
                || OUR_PREFIXES.stream().anyMatch(lower::startsWith);
    }
}
