package ai.celune.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Binding;
import ai.celune.support.PostgresResource;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand secrets come under the newest version of their key while they are used through two replicas, and while the replica that works is killed in the middle of
 * a page (R13, case 12). No use fails.
 */
class RewrapIT {
    private static final int SECRETS = Integer.getInteger("celune.secrets", 10_000);
    private static final int BATCH = 500;
    private static final byte[] VALUE = "stand-in-value".getBytes(UTF_8);

    private final TestVault vault = TestVault.running();
    private final Queue<String> outcomes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger uses = new AtomicInteger();
    private final AtomicBoolean calling = new AtomicBoolean(true);
    private final List<UUID> secrets = new ArrayList<>();
    /** The replica that is killed; what it had in hand is no failed use. */
    private volatile @Nullable Service dying;

    private UUID workspace = new UUID(0, 0);
    private String owner = "";

    @Test
    void tenThousandSecretsFollowTheirKeyAndNoUseFails() throws Exception {
        try (OwnDatabase database =
                        OwnDatabase.asEmbedded(Path.of("target", "rewrap").toAbsolutePath());
                StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Service one = replica("rewrap-one", database, provider);
                Service other = replica("rewrap-other", database, provider)) {
            one.start();
            owner = one.signUp(PostgresResource.BOOTSTRAP_CODE);
            workspace = UUID.fromString(one.require(200, "GET", "/v1/me", owner, null)
                    .get("workspaceId")
                    .asText());
            other.start();
            fill(database, UUID.fromString(one.providerKey(owner)));
            List<Service> replicas = List.of(one, other);
            List<Thread> callers = replicas.stream().map(this::caller).toList();
            try {
                Service.await("uses on both", () -> uses.get() > 20);
                one.require(202, "POST", "/v1/encryption-key/rotate", owner, null);
                Service left = killInTheMiddleOfAPage(database, one, other);
                int before = uses.get();
                Service.await("the end", Duration.ofMinutes(6), () -> !isInWork(left));
                assertTrue(uses.get() > before + 100, uses.get() - before + " uses after the kill");
            } finally {
                calling.set(false);
                for (Thread caller : callers) {
                    caller.join();
                }
            }
            assertEquals(List.of(), List.copyOf(outcomes));
            assertEverythingIsUnderTheNewestVersion(database, dying == one ? other : one);
        }
    }

    private Service replica(String name, OwnDatabase database, StreamingProvider provider) throws Exception {
        return Service.on(name, database.properties(), provider.url())
                .withVault(vault.properties())
                .set("celune.crypto.rewrap-pace", "1s")
                .set("quarkus.datasource.jdbc.additional-jdbc-properties.ApplicationName", name);
    }

    /** More provider keys than anybody would make by calls, sealed by the same Vault for where they stand. */
    private void fill(OwnDatabase database, UUID first) throws Exception {
        secrets.add(first);
        while (secrets.size() < SECRETS) {
            List<UUID> ids = new ArrayList<>();
            for (int i = 0; i < Math.min(BATCH, SECRETS - secrets.size()); i++) {
                ids.add(UUID.randomUUID());
            }
            JsonNode sealed = vault.post(
                            "celune-transit/encrypt/ws-" + workspace,
                            Map.of(
                                    "batch_input",
                                    ids.stream()
                                            .map(id -> Map.of("context", context(id), "plaintext", bound(id)))
                                            .toList()))
                    .path("data")
                    .path("batch_results");
            try (Connection connection = database.connect();
                    PreparedStatement insert = connection.prepareStatement("insert into provider_key"
                            + " select (jsonb_populate_record(k, jsonb_build_object('id', ?::text, 'sealed', ?::text))).*"
                            + " from provider_key k where id = ?")) {
                for (int i = 0; i < ids.size(); i++) {
                    insert.setString(1, ids.get(i).toString());
                    insert.setString(2, sealed.get(i).path("ciphertext").asText());
                    insert.setObject(3, first);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            secrets.addAll(ids);
        }
    }

    /** Uses one secret after another; what does not succeed is kept, unless its replica is the one that was killed. */
    private Thread caller(Service replica) {
        return Thread.ofPlatform().start(() -> {
            for (int i = 0; calling.get(); i += 7) {
                String outcome = replica.outcome(
                        "POST",
                        "/v1/proxy/openai/v1/answer",
                        owner,
                        "{}",
                        "Celune-Provider-Key",
                        secrets.get(i % secrets.size()).toString());
                if (outcome.equals("200")) {
                    uses.incrementAndGet();
                } else if (replica != dying) {
                    outcomes.add(outcome);
                } else {
                    return;
                }
            }
        });
    }

    /**
     * Somebody holds a row in the midst of a later page, so that whoever re-wraps that page has changed some of its rows and not all when it dies.
     *
     * @return the replica that is left
     */
    private Service killInTheMiddleOfAPage(OwnDatabase database, Service one, Service other) throws Exception {
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            try (var statement =
                    holder.prepareStatement("select id from provider_key order by id offset ? limit 1 for update")) {
                statement.setInt(1, SECRETS * 2 / 5 + 50);
                statement.execute();
            }
            String waiting = "select max(application_name) from pg_stat_activity"
                    + " where wait_event_type = 'Lock' and query like 'update provider_key set sealed%'";
            Service.await(
                    "a page that waits for the row",
                    Duration.ofMinutes(2),
                    () -> String.valueOf(database.superuser(waiting)).startsWith("rewrap-"));
            Service working = database.superuser(waiting).equals("rewrap-one") ? one : other;
            dying = working;
            working.kill();
        }
        int done = Integer.parseInt(database.superuser("select done from encryption_key"));
        assertTrue(done > 0 && done < SECRETS, done + " of " + SECRETS);
        return dying == one ? other : one;
    }

    private boolean isInWork(Service replica) {
        try {
            return !replica.require(200, "GET", "/v1/encryption-key", owner, null)
                    .path("rewrap")
                    .hasNonNull("finishedAt");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertEverythingIsUnderTheNewestVersion(OwnDatabase database, Service left) throws Exception {
        JsonNode key = left.require(200, "GET", "/v1/encryption-key", owner, null);
        assertEquals(
                List.of("done", 2, 2, SECRETS + 2, SECRETS + 2, 0),
                List.of(
                        key.path("rewrap").path("state").asText(),
                        key.path("version").asInt(),
                        key.path("lowestVersion").asInt(),
                        key.path("rewrap").path("done").asInt(),
                        key.path("rewrap").path("total").asInt(),
                        key.path("rewrap").path("failed").asInt()));
        assertEquals(
                2,
                vault.read("celune-transit/keys/ws-" + workspace)
                        .path("min_decryption_version")
                        .asInt());
        assertEquals(
                Integer.toString(SECRETS),
                database.superuser("select count(*) from provider_key where sealed like 'vault:v2:%'"));
        assertEquals(
                "1",
                database.superuser("select count(*) from audit_event where action = 'encryption_key.rewrap_ended'"));
        try (Connection connection = database.connect();
                var rows = connection.createStatement().executeQuery("select id, sealed from provider_key")) {
            List<UUID> ids = new ArrayList<>();
            List<String> sealed = new ArrayList<>();
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
                sealed.add(rows.getString(2));
                if (ids.size() == BATCH || rows.isLast()) {
                    assertOpen(ids, sealed);
                    ids.clear();
                    sealed.clear();
                }
            }
        }
    }

    private void assertOpen(List<UUID> ids, List<String> sealed) {
        List<Map<String, String>> batch = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            batch.add(Map.of("context", context(ids.get(i)), "ciphertext", sealed.get(i)));
        }
        JsonNode opened = vault.post("celune-transit/decrypt/ws-" + workspace, Map.of("batch_input", batch))
                .path("data")
                .path("batch_results");
        for (int i = 0; i < ids.size(); i++) {
            byte[] bound =
                    Base64.getDecoder().decode(opened.get(i).path("plaintext").asText());
            assertArrayEquals(VALUE, Arrays.copyOfRange(bound, 32, bound.length));
        }
    }

    private String context(UUID id) {
        return Base64.getEncoder().encodeToString(binding(id).context());
    }

    private String bound(UUID id) {
        ByteArrayOutputStream bound = new ByteArrayOutputStream();
        bound.writeBytes(binding(id).context());
        bound.writeBytes(VALUE);
        return Base64.getEncoder().encodeToString(bound.toByteArray());
    }

    private Binding binding(UUID id) {
        return new Binding(workspace, id, "provider-key", 1);
    }
}
