package ai.celune.slack;

/** Permissions of Slack connections. */
final class SlackPermissions {
    static final String READ = "slack:read";
    static final String WRITE = "slack:write";
    static final String USE = "slack:use";

    private SlackPermissions() {}
}
