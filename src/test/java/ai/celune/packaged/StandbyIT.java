package ai.celune.packaged;

import static ai.celune.packaged.Service.UNAVAILABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two replicas of the packaged service on a primary and a standby that takes its place: what was answered holds, a revocation above all (R28, case 31).
 */
class StandbyIT {
    private static final Path FOLDER = Path.of("target", "standby").toAbsolutePath();
    private static final int FAIL_OVERS = 2;
    /** Revocations that are committed, and not yet answered because of the standby. */
    private static final String WAITING = " from pg_stat_activity join pg_locks using (pid)"
            + " where wait_event = 'SyncRep' and relation = 'credential_end'::regclass";

    private static StreamingProvider provider;
    private static OwnDatabase primary;
    private static OwnDatabase standby;
    private static int servers;
    private static Service one;
    private static Service other;
    private static String owner;
    private static String providerKey;

    private final AtomicInteger accounts = new AtomicInteger();
    private final Queue<String> refusedAccounts = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    @BeforeAll
    static void start() throws Exception {
        provider = StreamingProvider.start(new AtomicLong());
        primary = OwnDatabase.asEmbedded(nextFolder());
        standby = primary.standby(nextFolder(), freePort());
        String both = "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/celune?targetServerType=primary"
                .formatted(primary.port(), standby.port());
        Map<String, String> properties = primary.properties();
        properties.replaceAll((name, value) -> value.equals(primary.url()) ? both : value);
        one = Service.on("standby-one", properties, provider.url());
        one.start();
        owner = one.signUp(PostgresResource.BOOTSTRAP_CODE);
        providerKey = one.providerKey(owner);
        other = Service.on("standby-other", properties, provider.url());
        other.start();
    }

    @AfterAll
    static void stop() {
        provider.sendSecondHalf();
        other.close();
        one.close();
        provider.close();
        standby.close();
        primary.close();
    }

    @Test
    void whatWasAnsweredHoldsOnThePromotedStandby() throws Exception {
        List<Thread> writers =
                Stream.of(one, other).map(this::createUntilStopped).toList();
        JsonNode kept = newKey();
        try (OpenStream lasting = OpenStream.through(other, kept)) {
            for (int round = 0; round < FAIL_OVERS; round++) {
                revokeAndFailOver(kept);
            }
            provider.sendSecondHalf();
            assertTrue(lasting.rest().endsWith("data: second\n\n"));
        } finally {
            running = false;
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertEquals(List.of(), List.copyOf(refusedAccounts));
        assertEquals(
                "%1$d rows, %1$d names, %1$d events".formatted(accounts.get()),
                primary.superuser("select concat(count(*), ' rows, ', count(distinct name), ' names, ',"
                        + " (select count(*) from audit_event where action = 'service_account.created'), ' events')"
                        + " from service_account"));
    }

    private static void revokeAndFailOver(JsonNode kept) throws Exception {
        List<JsonNode> ended = List.of(newKey(), newKey(), newKey(), newKey());
        List<JsonNode> keys = new ArrayList<>(ended);
        keys.add(kept);
        Map<String, Long> revokedAt = new HashMap<>();
        Callers callers = new Callers(keys, one, other);
        try (callers;
                OpenStream stream = OpenStream.through(other, ended.getLast())) {
            long begun = System.nanoTime();
            Service.await("answers to each key by both", () -> isAnswered(keys, callers, begun));
            for (JsonNode key : ended) {
                assertEquals("204", revoke(key));
                revokedAt.put(key.get("id").asText(), System.nanoTime());
            }
            failOver();
            long promoted = System.nanoTime();
            Service.await("the same from the new primary", () -> isAnswered(keys, callers, promoted));
            stream.millisToTheEnd(promoted);
        }
        assertEquals(
                List.of(),
                callers.answers()
                        .filter(answer -> !UNAVAILABLE.contains(answer.outcome()))
                        .filter(answer -> !outcomes(revokedAt.get(answer.keyId()), answer.begun())
                                .contains(answer.outcome()))
                        .toList());
        assertTrue(
                callers.answers().anyMatch(answer -> UNAVAILABLE.contains(answer.outcome())), "the death was noticed");
        standby = primary.standby(nextFolder(), standby.port());
        for (Service replica : List.of(one, other)) {
            Service.await("every connection again", () -> replica.answersAll(owner));
        }
    }

    /** Whether each key was answered by both replicas, not merely refused for want of a database. */
    private static boolean isAnswered(List<JsonNode> keys, Callers callers, long since) {
        return callers.answersSince(since)
                        .filter(answer -> !UNAVAILABLE.contains(answer.outcome()))
                        .map(answer -> List.of(answer.keyId(), answer.replica()))
                        .distinct()
                        .count()
                == 2L * keys.size();
    }

    /** What may come of a call with a key that was revoked then, or never. */
    private static Set<String> outcomes(@Nullable Long revokedAt, long begun) {
        if (revokedAt == null) {
            return Set.of("200");
        }
        return begun > revokedAt ? Set.of("401 unauthenticated") : Set.of("200", "401 unauthenticated");
    }

    private static void failOver() {
        ProcessHandle.of(primary.server().pid()).orElseThrow().destroyForcibly();
        assertEquals("t", standby.superuser("select pg_promote()"));
        OwnDatabase dead = primary;
        primary = standby;
        standby = dead;
    }

    /** Not even where an earlier answer was lost, so that it is the second that counts. */
    @Test
    void aRevocationIsAnsweredWhenTheStandbyHasAppliedIt() throws Exception {
        JsonNode key = newKey();
        standby.superuser("select pg_wal_replay_pause()");
        Service.await(
                "the pause",
                () -> standby.superuser("select pg_get_wal_replay_pause_state()")
                        .equals("paused"));
        CompletableFuture<String> first = waitingRevocation(key);
        primary.superuser("select pg_terminate_backend(pid)" + WAITING);
        assertTrue(UNAVAILABLE.contains(first.get()), first.get());
        CompletableFuture<String> second = waitingRevocation(key);
        standby.superuser("select pg_wal_replay_resume()");
        assertEquals("204", second.get());
    }

    private static CompletableFuture<String> waitingRevocation(JsonNode key) {
        CompletableFuture<String> outcome = CompletableFuture.supplyAsync(() -> revoke(key));
        Service.await(
                "the standby is waited for",
                () -> outcome.isDone()
                        || !primary.superuser("select count(*)" + WAITING).equals("0"));
        assertFalse(outcome.isDone(), "answered before the standby knows");
        return outcome;
    }

    /** As a standby is, where addresses or a pooler, not the URL, say which server is the primary. */
    @Test
    void aServerThatOnlyReadsIsUnavailableForWrites() throws Exception {
        JsonNode key = newKey();
        primary.set("default_transaction_read_only = on");
        Service.await("a refusal", () -> !revoke(key).equals("204"));
        String refused = createAccount(one, "refused-while-it-only-reads");
        primary.set("default_transaction_read_only = off");
        assertTrue(UNAVAILABLE.contains(refused), refused);
        Service.await("writes again", () -> revoke(key).equals("204"));
    }

    private Thread createUntilStopped(Service first) {
        return Thread.ofVirtual().start(() -> {
            while (running) {
                create(first);
            }
        });
    }

    /** As a client does: what is unavailable is sent again with its key, to either replica. */
    private void create(Service first) {
        String name = "account-number-" + accounts.incrementAndGet();
        Service replica = first;
        String outcome;
        do {
            outcome = createAccount(replica, name);
            replica = replica == one ? other : one;
        } while (UNAVAILABLE.contains(outcome));
        if (!outcome.equals("201")) {
            refusedAccounts.add(outcome);
        }
    }

    private static String createAccount(Service replica, String name) {
        String body = "{\"name\":\"" + name + "\",\"role\":\"member\"}";
        return replica.outcome("POST", "/v1/service-accounts", owner, body, "Idempotency-Key", name);
    }

    private static JsonNode newKey() throws Exception {
        return one.apiKey(owner, List.of("provider-keys:use", "settings:read"), providerKey);
    }

    private static String revoke(JsonNode key) {
        return one.outcome("DELETE", "/v1/api-keys/" + key.get("id").asText(), owner, null);
    }

    private static Path nextFolder() {
        return FOLDER.resolve("server-" + servers++);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
