package ai.celune.broker;

import ai.celune.egress.ReservedFields;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which header fields of a provider's answer a caller gets to see, without the secret in them. */
final class ResponseHeaders {
    private static final String REQUEST_ID = "x-request-id";

    /** What would speak for Celune's own origin, to browsers above all. */
    private static final Set<String> NOT_THEIRS = Set.of(
            "content-length",
            "content-encoding",
            "content-security-policy",
            "set-cookie",
            "set-cookie2",
            "alt-svc",
            "clear-site-data",
            "strict-transport-security",
            "service-worker-allowed",
            "nel",
            "report-to",
            "reporting-endpoints");

    private static final List<String> OUR_PREFIXES = List.of("proxy-", "celune-", "access-control-");

    private ResponseHeaders() {}

    /**
     * Whether the answer can be scrubbed as it comes: whole, if it is encoded, in a way that we can take back, and of a status that has an end.
     *
     * @param status of the answer
     */
    static boolean isReadable(int status, MultiMap answer) {
        return status >= 200
                && Decoding.isKnown(answer)
                && !(status == 206 && Decoding.isNeeded(answer))
                && answer.getAll("Transfer-Encoding").stream().allMatch(coding -> coding.equalsIgnoreCase("chunked"));
    }

    /** Copies what may go on. Fields that Celune has set itself stay; the provider's request id gets a name of its own. */
    static void copy(MultiMap from, MultiMap to, Scrubber scrubber) {
        Set<String> ours = Set.copyOf(
                to.names().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        Set<String> connection = RequestHeaders.namedIn(from.getAll("Connection"));
        for (Map.Entry<String, String> field : from) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (name.equals(REQUEST_ID)) {
                to.add("Celune-Provider-Request-Id", scrubber.scrubHeader(field.getValue()));
            } else if (!ours.contains(name) && !connection.contains(name) && passes(name)) {
                to.add(scrubber.scrubHeader(field.getKey()), scrubber.scrubHeader(field.getValue()));
            }
        }
        // A page that a provider answers must not run as a page of ours.
        to.set("Content-Security-Policy", "sandbox");
    }

    private static boolean passes(String name) {
        return !ReservedFields.HOP_BY_HOP.contains(name)
                && !NOT_THEIRS.contains(name)
                && OUR_PREFIXES.stream().noneMatch(name::startsWith);
    }
}
