package ai.celune.broker;

import ai.celune.egress.ReservedFields;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Which header fields of a caller a provider gets to see. */
final class RequestHeaders {
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "cookie2");

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

    private static boolean passes(String name) {
        return !CREDENTIALS.contains(name) && !ReservedFields.contains(name);
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
