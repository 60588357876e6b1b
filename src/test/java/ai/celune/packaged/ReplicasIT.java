package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two replicas of the packaged service on one database: what ends on one has ended on the other (R28, cases 29 and 30).
 * {@code -Dcelune.revocations=10000} for many rounds.
 */
class ReplicasIT {
    private static final int REVOCATIONS = Integer.getInteger("celune.revocations", 50);
    private static final int STREAMS = 20;

    private static OwnDatabase database;
    private static StreamingProvider provider;
    private static Service one;
    private static Service other;
    private static String owner;
    private static String providerKey;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws Exception {
        database = OwnDatabase.asEmbedded(Path.of("target", "replicas").toAbsolutePath());
        provider = StreamingProvider.start(new AtomicLong());
        one = Service.on("replica-one", database.properties(), provider.url());
        one.start();
        owner = one.signUp(PostgresResource.BOOTSTRAP_CODE);
        providerKey = one.providerKey(owner);
        other = Service.on("replica-other", database.properties(), provider.url());
        other.start();
    }

    @AfterAll
    static void stop() {
        provider.sendSecondHalf();
        other.close();
        one.close();
        provider.close();
        database.close();
    }

    @Test
    void aKeyRevokedOnOneIsOverOnBoth() throws Exception {
        long accepted = 0;
        for (int round = 0; round < REVOCATIONS; round++) {
            JsonNode key = newKey();
            Queue<Map.Entry<Long, Integer>> answers = new ConcurrentLinkedQueue<>();
            AtomicBoolean running = new AtomicBoolean(true);
            List<Thread> callers = new ArrayList<>();
            for (Service replica : List.of(one, other, other)) {
                callers.add(Thread.ofVirtual().start(() -> callUntilTold(replica, key, running, answers)));
            }
            Service.await("calls before", () -> answers.size() > 6);
            long revoked = revoke(key);
            int before = answers.size();
            Service.await("calls after", () -> answers.size() > before + 6);
            running.set(false);
            for (Thread caller : callers) {
                caller.join();
            }
            accepted +=
                    answers.stream().filter(answer -> answer.getValue() == 200).count();
            assertEquals(
                    List.of(),
                    answers.stream()
                            .filter(answer -> answer.getKey() > revoked && answer.getValue() != 401)
                            .toList(),
                    "after the answer, in round " + round);
        }
        assertTrue(accepted >= REVOCATIONS, accepted + " calls accepted before");
    }

    @Test
    void aStreamOnTheOtherReplicaEndsAtOnce() throws Exception {
        long[] millis = new long[STREAMS];
        for (int i = 0; i < STREAMS; i++) {
            JsonNode key = newKey();
            try (InputStream stream = open(key)) {
                millis[i] = millisToTheEnd(stream, revoke(key));
            }
        }
        Arrays.sort(millis);
        // The promise is a p99 of 250 ms; a machine that is shared stalls for longer than that now and then.
        assertTrue(millis[STREAMS / 2] <= 250 && millis[STREAMS - 1] <= 2_000, Arrays.toString(millis));
    }

    @Test
    void withTheNotificationLostItEndsWithinTwoSeconds() throws Exception {
        database.superuser("alter table credential_end disable trigger tell");
        try {
            for (int i = 0; i < 5; i++) {
                JsonNode key = newKey();
                try (InputStream stream = open(key)) {
                    long millis = millisToTheEnd(stream, revoke(key));
                    assertTrue(millis <= 2_000, millis + " ms");
                }
            }
        } finally {
            database.superuser("alter table credential_end enable trigger tell");
        }
    }

    @Test
    void aStreamEndsWithTheOverlapOfItsKey() throws Exception {
        JsonNode key = newKey();
        try (InputStream stream = open(key)) {
            long begin = System.nanoTime();
            one.require(
                    201,
                    "POST",
                    "/v1/api-keys/" + key.get("id").asText() + "/rotate",
                    owner,
                    "{\"overlapUntil\":\"" + Instant.now().plusSeconds(3) + "\"}");
            long millis = millisToTheEnd(stream, begin);
            assertTrue(millis >= 2_500 && millis <= 6_000, millis + " ms");
        }
    }

    @Test
    void aRevocationOutlivesTheDeathOfThePrimary() throws Exception {
        for (int round = 0; round < 3; round++) {
            JsonNode key = newKey();
            Queue<Map.Entry<Long, Integer>> answers = new ConcurrentLinkedQueue<>();
            AtomicBoolean running = new AtomicBoolean(true);
            List<Thread> callers = new ArrayList<>();
            for (Service replica : List.of(one, other)) {
                callers.add(Thread.ofVirtual().start(() -> callUntilTold(replica, key, running, answers)));
            }
            Service.await("calls before", () -> answers.stream().anyMatch(answer -> answer.getValue() == 200));
            long revoked = revoke(key);
            ProcessHandle.of(database.server().pid()).orElseThrow().destroyForcibly();
            database = database.restarted();
            for (Service replica : List.of(one, other)) {
                Service.await("an answer after the restart", () -> statusOf(replica, key) == 401);
            }
            running.set(false);
            for (Thread caller : callers) {
                caller.join();
            }
            // While there is no database nobody is let in, and nobody is told that the key is bad.
            assertEquals(
                    List.of(),
                    answers.stream()
                            .filter(answer ->
                                    answer.getKey() > revoked && answer.getValue() != 401 && answer.getValue() != 503)
                            .toList(),
                    "after the answer, in round " + round);
            assertTrue(answers.stream().anyMatch(answer -> answer.getValue() == 503), "the death was noticed");
            for (Service replica : List.of(one, other)) {
                Service.await("every connection again", () -> answersAll(replica));
            }
        }
    }

    /** Whether so many calls at once that every pooled connection has its turn are all answered. */
    private static boolean answersAll(Service replica) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(threads.submit(
                        () -> replica.call("GET", "/v1/settings", owner, null).statusCode()));
            }
            for (Future<Integer> answer : answers) {
                if (answer.get() != 200) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException | ExecutionException e) {
            return false;
        }
    }

    private static int statusOf(Service replica, JsonNode key) {
        try {
            return replica.call("GET", "/v1/settings", key.get("key").asText(), null)
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            return 0;
        }
    }

    private static JsonNode newKey() throws Exception {
        return one.apiKey(owner, List.of("provider-keys:use", "settings:read"), providerKey);
    }

    /** @return the time of the answer, by {@link System#nanoTime()} */
    private static long revoke(JsonNode key) throws Exception {
        one.call("DELETE", "/v1/api-keys/" + key.get("id").asText(), owner, null);
        return System.nanoTime();
    }

    private static void callUntilTold(
            Service replica, JsonNode key, AtomicBoolean running, Queue<Map.Entry<Long, Integer>> answers) {
        while (running.get()) {
            long begin = System.nanoTime();
            try {
                HttpResponse<String> answer =
                        replica.call("GET", "/v1/settings", key.get("key").asText(), null);
                answers.add(Map.entry(begin, answer.statusCode()));
            } catch (IOException | InterruptedException e) {
                answers.add(Map.entry(begin, 0));
            }
        }
    }

    private InputStream open(JsonNode key) throws Exception {
        HttpResponse<InputStream> answer = client.send(
                other.request(
                        "POST", "/v1/proxy/openai/v1/stream", key.get("key").asText(), "{}"),
                BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        assertEquals('d', answer.body().read());
        return answer.body();
    }

    private static long millisToTheEnd(InputStream stream, long since) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThrows(IOException.class, stream::readAllBytes));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }
}
