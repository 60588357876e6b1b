package ai.celune.slack;

import ai.celune.web.ErrorCode;

/** Refusals about Slack connections. */
public final class SlackErrors {
    public static final ErrorCode REFUSED =
            new ErrorCode(422, "slack_refused", "Slack refused what it was asked; nothing was done.");
    public static final ErrorCode RATE_LIMITED =
            new ErrorCode(429, "slack_rate_limited", "Slack takes no more requests for now.");
    public static final ErrorCode ANSWER_UNCLEAR = new ErrorCode(
            502, "slack_answer_unclear", "Slack's answer does not tell whether it did what it was asked.");
    public static final ErrorCode ENDED = new ErrorCode(
            409, "slack_connection_ended", "The connection or the caller's right to use it ended during the call.");
    public static final ErrorCode NO_SIGNING_SECRET =
            new ErrorCode(422, "slack_signing_secret_missing", "The connection has no signing secret to verify by.");

    private SlackErrors() {}
}
