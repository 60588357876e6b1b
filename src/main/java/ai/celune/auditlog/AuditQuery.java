package ai.celune.auditlog;

import ai.celune.web.Instants;
import ai.celune.web.Problem;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Query parameters as sent; a malformed one is 400 and names itself. */
final class AuditQuery {
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Set<String> OUTCOMES = Set.of("success", "denied", "failed");

    @QueryParam("actor")
    @Nullable
    String actor;

    @QueryParam("action")
    @Nullable
    String action;

    @QueryParam("target")
    @Nullable
    String target;

    @QueryParam("from")
    @Nullable
    String from;

    @QueryParam("to")
    @Nullable
    String to;

    @QueryParam("outcome")
    @Nullable
    String outcome;

    AuditFilter parsed() {
        if (outcome != null && !OUTCOMES.contains(outcome)) {
            throw Problem.invalid("outcome", "unknown_value", "must be success, denied or failed");
        }
        return new AuditFilter(
                uuid(actor),
                text("action", action),
                text("target", target),
                instant("from", from),
                instant("to", to),
                outcome);
    }

    private static @Nullable String text(String name, @Nullable String value) {
        if (value != null && !value.matches("[A-Za-z0-9._:/{}-]{1,128}")) {
            throw Problem.invalid(name, "pattern", "is not the name of anything in the log");
        }
        return value;
    }

    private static @Nullable UUID uuid(@Nullable String value) {
        if (value == null) {
            return null;
        }
        // Java would also take shortened and overlong groups, and cut them.
        if (!UUID_FORM.matcher(value).matches()) {
            throw Problem.invalid("actor", "uuid", "must be an id");
        }
        return UUID.fromString(value);
    }

    private static @Nullable Instant instant(String name, @Nullable String value) {
        try {
            return value == null ? null : Instants.parse(value);
        } catch (DateTimeException e) {
            throw Problem.invalid(name, "instant", "must be an RFC 3339 instant in UTC");
        }
    }
}
