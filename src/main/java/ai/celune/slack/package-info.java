/**
 * Slack (R14): bot tokens and incoming webhooks, kept like provider keys and used by Celune alone, which sends the messages itself.
 *
 * <p>A connection is checked when it is made, sends, and is taken back at Slack when it is deleted; with a signing secret it also tells whether a request
 * that somebody got is Slack's. A webhook's URL is its secret: it is opened, and its path written, where a token would be. Owns slack_connection and
 * slack_inbound.
 */
@NullMarked
package ai.celune.slack;

import org.jspecify.annotations.NullMarked;
