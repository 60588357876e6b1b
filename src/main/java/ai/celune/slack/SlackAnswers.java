package ai.celune.slack;

import ai.celune.broker.OwnAnswer;
import ai.celune.web.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Slack's answers mean. Nothing of them is passed on but what has the form that Slack gives it. */
final class SlackAnswers {
    /** Not the one of requests: messages come back nested deeper than requests may be. */
    private static final JsonMapper JSON = new JsonMapper();

    private static final Pattern ERROR = Pattern.compile("[a-z][a-z_]{0,63}");
    private static final Pattern ID = Pattern.compile("[A-Z0-9]{1,32}");
    private static final Pattern TIME = Pattern.compile("[0-9]{1,12}\\.[0-9]{1,12}");
    private static final Pattern SCOPE = Pattern.compile("[a-z][a-z_.:-]{0,63}");
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,255}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");

    /** Of these Slack says itself that something may have been done. */
    private static final Set<String> OPEN = Set.of("fatal_error", "internal_error", "request_timeout", "rollup_error");

    private static final Set<String> ABOUT_THE_TOKEN = Set.of(
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "user_removed_from_team");

    private SlackAnswers() {}

    /** Of {@code auth.test}. */
    static TeamFacts facts(OwnAnswer answer) {
        JsonNode told = ok(answer);
        return new TeamFacts(
                text(told, "team_id", ID),
                text(told, "team", NAME),
                text(told, "user_id", ID),
                scopes(answer.header("X-OAuth-Scopes")));
    }

    /** Of {@code chat.postMessage}. */
    static SentMessage posted(OwnAnswer answer) {
        JsonNode told = ok(answer);
        return new SentMessage(text(told, "channel", ID), text(told, "ts", TIME));
    }

    /** Of a webhook, which speaks in words. */
    static SentMessage taken(OwnAnswer answer) {
        String word = new String(answer.body(), StandardCharsets.UTF_8).strip();
        if (answer.status() == 200 && word.equals("ok")) {
            return new SentMessage(null, null);
        }
        throw refusal(answer, answer.status() >= 400 && answer.status() < 500 ? word : "");
    }

    /** Of {@code auth.revoke}. */
    static boolean revoked(OwnAnswer answer) {
        return ok(answer).path("revoked").equals(BooleanNode.TRUE);
    }

    /** Whether Slack says that the token is not valid any more. */
    static boolean isAboutTheToken(SlackRefusal refusal) {
        return ABOUT_THE_TOKEN.contains(refusal.error());
    }

    private static JsonNode ok(OwnAnswer answer) {
        JsonNode told = json(answer);
        if (answer.status() == 200 && told.path("ok").equals(BooleanNode.TRUE)) {
            return told;
        }
        throw refusal(answer, answer.status() == 200 ? told.path("error").asText() : "");
    }

    private static JsonNode json(OwnAnswer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException _) {
            // Its message quotes the answer.
            return JSON.missingNode();
        }
    }

    private static Problem refusal(OwnAnswer answer, String error) {
        if (answer.status() == 429) {
            return new Problem(SlackErrors.RATE_LIMITED).retryAfter(seconds(answer.header("Retry-After")));
        }
        return ERROR.matcher(error).matches() && !OPEN.contains(error) ? new SlackRefusal(error) : unclear();
    }

    private static Problem unclear() {
        return new Problem(SlackErrors.ANSWER_UNCLEAR);
    }

    private static long seconds(@Nullable String told) {
        return told != null && SECONDS.matcher(told).matches() ? Long.parseLong(told) : 1;
    }

    private static String text(JsonNode told, String field, Pattern form) {
        String text = told.path(field).asText();
        if (!form.matcher(text).matches()) {
            throw unclear();
        }
        return text;
    }

    private static List<String> scopes(@Nullable String told) {
        return told == null
                ? List.of()
                : Stream.of(told.split(",", -1))
                        .map(String::strip)
                        .filter(scope -> SCOPE.matcher(scope).matches())
                        .limit(200)
                        .toList();
    }
}
