package ai.celune.tenancy;

import static ai.celune.identity.Layers.QUOTA;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.identity.Layers;
import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A workspace has as many of each thing as it may have, and the refused one leaves nothing behind. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
@TestProfile(Layers.class)
class QuotaTest {
    private final Actors actors = new Actors();

    @Test
    void apiKeysEndAtTheQuotaAndRevokedOnesDoNotCount() {
        Actors.Key first = actors.key("settings:read");
        times(QUOTA - 1, () -> actors.key("settings:read"));
        assertRefused("/v1/api-keys", Map.of("name", "x", "scopes", List.of("settings:read")));
        Api.delete("/v1/api-keys/" + first.id(), owner()).require(204);
        assertEquals(
                201,
                post("/v1/api-keys", Map.of("name", "x", "scopes", List.of("settings:read")))
                        .status());
    }

    @Test
    void providerKeysEndAtTheQuota() {
        Map<String, Object> body = Map.of("provider", "openai", "name", "x", "key", "sk-quota-0123456789");
        times(QUOTA, () -> post("/v1/provider-keys", body).require(201));
        assertRefused("/v1/provider-keys", body);
    }

    @Test
    void slackConnectionsEndAtTheQuota() {
        times(QUOTA, () -> webhook().require(201));
        assertRefused("/v1/slack-connections", Map.of("name", "x", "key", SlackStandIn.webhookUrl()));
    }

    @Test
    void membersServiceAccountsAndInvitationsShareAQuota() {
        // The owner is a member, too.
        times(QUOTA - 2, this::serviceAccount);
        post("/v1/invitations", Map.of("email", Actors.newEmail(), "role", "member"))
                .require(201);
        assertRefused("/v1/service-accounts", Map.of("name", "robot", "role", "member"));
        assertRefused("/v1/invitations", Map.of("email", Actors.newEmail(), "role", "member"));
    }

    @Test
    void anInvitationThatHasExpiredTakesNoRoom() {
        post("/v1/invitations", Map.of("email", Actors.newEmail(), "role", "member"))
                .require(201);
        times(QUOTA - 2, this::serviceAccount);
        Rows.update(
                "update invitation set expires_at = now() - interval '1 second' where workspace_id = ?",
                actors.owner().workspaceId());
        serviceAccount();
    }

    @Test
    void theQuotaOfOneWorkspaceIsNotTheOthers() {
        times(QUOTA, () -> actors.key("settings:read"));
        assertEquals(
                201,
                Api.post(
                                "/v1/api-keys",
                                actors.stranger().token(),
                                Map.of("name", "x", "scopes", List.of("settings:read")))
                        .status());
    }

    @Test
    void creatingAtOnceMakesNotOneMoreThanTheQuota() {
        assertExact(QUOTA, "/v1/api-keys", Map.of("name", "x", "scopes", List.of("settings:read")));
        assertExact(
                QUOTA, "/v1/provider-keys", Map.of("provider", "openai", "name", "x", "key", "sk-quota-0123456789"));
        // The owner is a member, too.
        assertExact(QUOTA - 1, "/v1/service-accounts", Map.of("name", "robot", "role", "member"));
    }

    private Reply webhook() {
        return post("/v1/slack-connections", Map.of("name", "x", "key", SlackStandIn.webhookUrl()));
    }

    private void assertExact(long most, String path, Object body) {
        actors.owner();
        List<Integer> statuses = Api.atOnce(12, () -> post(path, body)).stream()
                .map(Reply::status)
                .toList();
        assertEquals(most, statuses.stream().filter(status -> status == 201).count(), path + " " + statuses);
        assertEquals(
                12 - most, statuses.stream().filter(status -> status == 409).count(), path + " " + statuses);
    }

    private static void times(int number, Runnable one) {
        for (int i = 0; i < number; i++) {
            one.run();
        }
    }

    private void serviceAccount() {
        post("/v1/service-accounts", Map.of("name", "robot", "role", "member")).require(201);
    }

    private void assertRefused(String path, Object body) {
        Map<String, String> before = Rows.stored();
        assertEquals("quota_exceeded", post(path, body).require(409).code());
        assertEquals(before, Rows.stored());
    }

    private Reply post(String path, Object body) {
        return Api.post(path, owner(), body);
    }

    private String owner() {
        return actors.owner().token();
    }
}
