package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.support.PostgresResource;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A workspace is deleted on two replicas with a real Vault, and one of them is killed on the way: nothing of it opens, and nothing makes its key again (cases 7 and 8). */
class ShredIT {
    private final TestVault vault = TestVault.running();

    @Test
    void theOtherReplicaEndsWhatOneBegan() throws Exception {
        try (OwnDatabase database =
                        OwnDatabase.asEmbedded(Path.of("target", "shred").toAbsolutePath());
                StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Service one = replica("shred-one", database, provider);
                Service other = replica("shred-other", database, provider)) {
            one.start();
            String owner = one.signUp(PostgresResource.BOOTSTRAP_CODE);
            String workspace = one.require(200, "GET", "/v1/me", owner, null)
                    .get("workspaceId")
                    .asText();
            UUID key = UUID.fromString(one.providerKey(owner));
            String sealed = database.superuser("select sealed from provider_key");
            other.start();
            // So that it has the workspace's data key in memory.
            other.require(200, "GET", "/v1/members", owner, null);
            assertEquals("200", use(other, owner));

            one.require(202, "DELETE", "/v1/workspaces/" + workspace, owner, null);
            assertEquals("410 secret_shredded", use(one, owner));
            assertEquals("410 secret_shredded", use(other, owner));
            Service.await(
                    "the beginning",
                    () -> database.superuser("select count(*) from shred_record")
                            .equals("1"));
            one.kill();
            Service.await(
                    "the end",
                    Duration.ofMinutes(3),
                    () -> database.superuser("select count(*) from shred_record where finished_at is not null")
                            .equals("1"));

            JsonNode record = other.require(200, "GET", "/v1/platform/shreds", owner, null)
                    .path("items")
                    .get(0);
            assertEquals("no key for this workspace", record.path("failure").asText());
            assertEquals(
                    Instant.parse(record.path("keyDestroyedAt").asText()).plus(Duration.ofDays(30)),
                    Instant.parse(record.path("horizon").asText()));
            assertEquals("0", database.superuser("select count(*) from provider_key"));
            assertEquals(
                    "0", database.superuser("select count(*) from data_key where workspace_id = '" + workspace + "'"));
            assertTrue(record.path("rowsDeleted").asInt() > 3, record.toString());
            assertNothingOpensOrComesBack(UUID.fromString(workspace), key, sealed);
        }
    }

    private Service replica(String name, OwnDatabase database, StreamingProvider provider) throws Exception {
        return Service.on(name, database.properties(), provider.url())
                .withVault(vault.properties())
                .set("celune.workspace.deletion-grace", "1s")
                .set("celune.workspace.shred-every", "1s")
                .set("celune.vault.snapshot-retention", "30d");
    }

    private static String use(Service replica, String token) {
        return replica.outcome("POST", "/v1/proxy/openai/v1/answer", token, "{}");
    }

    /** Not by the identity of the service, and not by an operator's. */
    private void assertNothingOpensOrComesBack(UUID workspace, UUID key, String sealed) {
        String context = Base64.getEncoder().encodeToString(new Binding(workspace, key, "provider-key", 1).context());
        String name = "ws-" + workspace;
        String operator = vault.token("root", "1h");
        for (String token : new String[] {vault.token("celune-runtime", "1h"), operator}) {
            int opened = vault.status(
                    "POST", "celune-transit/decrypt/" + name, token, Map.of("context", context, "ciphertext", sealed));
            int made = vault.status(
                    "POST",
                    "celune-transit/encrypt/" + name,
                    token,
                    Map.of("context", context, "plaintext", "c2VjcmV0"));
            assertTrue(opened >= 400 && made >= 400, opened + " " + made);
        }
        assertEquals(404, vault.status("GET", "celune-transit/keys/" + name, operator, Map.of()));
    }
}
