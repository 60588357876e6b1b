package ai.celune.slack;

import java.util.List;

/** What Slack tells about the bot behind a token; no secret. */
record TeamFacts(String teamId, String team, String botUserId, List<String> scopes) {}
