package ai.celune.slack;

import ai.celune.web.Problem;

/** Slack's no, by the name that Slack has for it. */
final class SlackRefusal extends Problem {
    private static final long serialVersionUID = 1L;

    private final String error;

    /** @param error of Slack's own list, such as {@code channel_not_found} */
    SlackRefusal(String error) {
        super(SlackErrors.REFUSED, "Slack answered " + error);
        this.error = error;
    }

    String error() {
        return error;
    }
}
