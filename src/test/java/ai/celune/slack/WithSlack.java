package ai.celune.slack;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import io.quarkus.test.common.WithTestResource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with a workspace, and a Slack that is there while the test runs. */
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
abstract class WithSlack {
    static final String SIGNING_SECRET = "fedcba9876543210".repeat(2);
    static final String PATH = "/v1/slack-connections";

    final Actors actors = new Actors();
    SlackStandIn slack;

    @BeforeEach
    void startSlack() {
        slack = SlackStandIn.start();
    }

    @AfterEach
    void stopSlack() {
        slack.close();
    }

    String owner() {
        return actors.owner().token();
    }

    Reply connect(String value, @Nullable String signingSecret) {
        Map<String, Object> wanted = new HashMap<>(Map.of("name", "team", "key", value));
        if (signingSecret != null) {
            wanted.put("signingSecret", signingSecret);
        }
        return Api.post(PATH, owner(), wanted);
    }

    UUID bot() {
        return connect(SlackStandIn.botToken(), null).require(201).id();
    }

    UUID webhook() {
        return connect(SlackStandIn.webhookUrl(), null).require(201).id();
    }

    Reply send(UUID id, Map<String, ?> message, String... headers) {
        return Api.post(PATH + "/" + id + "/messages", owner(), message, headers);
    }

    /** An API key that may use Slack, bound to these. */
    Actors.Key agent(UUID... connections) {
        return Actors.Key.of(Api.post(
                "/v1/api-keys",
                owner(),
                Map.of("name", "agent", "scopes", List.of("slack:use"), "bindings", List.of(connections))));
    }

    /** What the log tells of a connection, in order, without the reads of it: the action, and how it ended where that is told. */
    static List<String> log(UUID connection) {
        return Rows.column(
                "select concat_ws(' ', action, nullif(outcome, 'success'), coalesce(e ->> 'reason', e -> 'details' ->> 'cause'))"
                        + " from (select *, convert_from(bytes, 'UTF8')::json as e from audit_event) as entries"
                        + " where target_id = ? and action <> 'data.read' order by recorded_at, id",
                connection.toString());
    }

    /** The log of a connection, once it has so many entries. */
    static List<String> log(UUID connection, int entries) {
        eventually(() -> log(connection).size() >= entries);
        return log(connection);
    }

    static void eventually(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come true within 10 s");
            }
            Thread.onSpinWait();
        }
    }
}
