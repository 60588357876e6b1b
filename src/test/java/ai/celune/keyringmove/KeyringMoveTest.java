package ai.celune.keyringmove;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Before there is a Vault: a replica of the keyring alone looks at what it has, and moves nothing. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class KeyringMoveTest {
    @Inject
    MoveWork work;

    @BeforeEach
    void noRun() {
        Rows.update("delete from keyring_move_find");
        Rows.update("delete from keyring_move");
    }

    @Test
    void withoutVaultNothingMoves() {
        Actors.operator();
        Map<String, String> before = Rows.stored();
        assertEquals("keyring_move_not_ready", post(false).require(409).code());
        assertEquals(before, Rows.stored());
    }

    @Test
    void aDryRunNeedsNoVaultAndNamesTheFirstHundredThatDoNotOpen() {
        Session owner = Actors.newWorkspace();
        UUID first = providerKey(owner);
        addCopies(first, 250);
        assertEquals("keyring", post(true).require(202).field("seals"));
        while (run().path("finishedAt").isNull()) {
            work.run();
        }
        assertEquals("incomplete", run().path("state").asText());
        for (var column : run().path("found")) {
            assertEquals(
                    Rows.one("select count(%1$s) from %2$s"
                            .formatted(
                                    column.path("column").asText(),
                                    column.path("table").asText())),
                    column.path("values").asText());
        }
        assertEquals(
                "250",
                Rows.one(
                        "select sum(cardinality(failed)) from keyring_move_find where workspace_id = ?",
                        owner.workspaceId()));
        assertEquals(100, run().path("failed").size());
    }

    /** A replica that has not come so far leaves the move to those that have. */
    @Test
    void aReplicaThatSealsByTheKeyringCarriesNoMoveOut() {
        Rows.update(
                "insert into keyring_move values (gen_random_uuid(), false, 'starting', null, '', null, now(), null)");
        Map<String, String> before = Rows.stored();
        work.run();
        assertEquals(before, Rows.stored());
    }

    @Test
    void aRepeatedRequestBeginsOnce() {
        String once = "move-" + UUID.randomUUID();
        for (int i = 0; i < 2; i++) {
            Api.send(
                            "POST",
                            "/v1/platform/keyring-move",
                            Actors.operator().token(),
                            Map.of("dryRun", true),
                            "Idempotency-Key",
                            once)
                    .require(202);
        }
        assertEquals("1", Rows.one("select count(*) from keyring_move"));
    }

    private static UUID providerKey(Session owner) {
        return Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-kept-0123456789"))
                .require(201)
                .id();
    }

    /** Each of which stands where its value does not belong. */
    private static void addCopies(UUID of, int number) {
        Rows.update(
                "insert into provider_key select (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid()::text))).*"
                        + " from provider_key k, generate_series(1, ?) where k.id = ?",
                number,
                of);
    }

    private static Reply post(boolean dryRun) {
        return Api.post("/v1/platform/keyring-move", Actors.operator().token(), Map.of("dryRun", dryRun));
    }

    private static com.fasterxml.jackson.databind.JsonNode run() {
        return Api.get("/v1/platform/keyring-move", Actors.operator().token())
                .require(200)
                .json()
                .path("run");
    }
}
