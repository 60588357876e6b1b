package ai.celune.usage;

import ai.celune.web.Instants;
import ai.celune.web.Problem;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Query parameters as sent; a malformed one is 400 and names itself. */
final class UsageQuery {
    private static final Duration DEFAULT = Duration.ofDays(30);
    private static final Set<UsageGroup> DEFAULT_GROUPS =
            EnumSet.of(UsageGroup.PROVIDER_KEY, UsageGroup.PRINCIPAL, UsageGroup.MODEL);

    @QueryParam("from")
    @Parameter(description = "30 days ago unless told")
    @Nullable
    String from;

    @QueryParam("to")
    @Parameter(description = "Now unless told")
    @Nullable
    String to;

    @QueryParam("groupBy")
    @Parameter(description = "Some of day, providerKey, principal, credential, model, joined by commas")
    @Nullable
    String groupBy;

    /** A checked question. */
    record Parsed(Instant from, Instant to, Set<UsageGroup> groups) {}

    Parsed parsed(Instant now) {
        Instant end = instant("to", to, now);
        Instant begin = instant("from", from, end.minus(DEFAULT));
        if (begin.isAfter(end)) {
            throw Problem.invalid("from", "after_to", "must not be after to");
        }
        return new Parsed(begin, end, groups());
    }

    private Set<UsageGroup> groups() {
        if (groupBy == null) {
            return DEFAULT_GROUPS;
        }
        Set<UsageGroup> groups = EnumSet.noneOf(UsageGroup.class);
        Arrays.stream(groupBy.split(",", -1))
                .map(word -> UsageGroup.of(word)
                        .orElseThrow(() -> Problem.invalid(
                                "groupBy",
                                "unknown_value",
                                "must be some of day, providerKey, principal, credential, model")))
                .forEach(groups::add);
        return groups;
    }

    private static Instant instant(String name, @Nullable String value, Instant otherwise) {
        try {
            return value == null ? otherwise : Instants.parse(value);
        } catch (DateTimeException e) {
            throw Problem.invalid(name, "instant", "must be an RFC 3339 instant in UTC");
        }
    }
}
