package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.packaged.Callers.Answer;
import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two replicas of the packaged service on one database: what ends on one has ended on the other (R28, cases 29 and 30).
 * {@code -Dcelune.revocations=10000} for many trials.
 */
class ReplicasIT {
    private static final int REVOCATIONS = Integer.getInteger("celune.revocations", 50);
    private static final int TRIALS_AT_ONCE = 8;
    private static final int STREAMS = 20;
    private static final String ENDED = "401 unauthenticated";

    private static OwnDatabase database;
    private static StreamingProvider provider;
    private static Service one;
    private static Service other;
    private static String owner;
    private static String providerKey;

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
        try (ExecutorService trials = Executors.newFixedThreadPool(TRIALS_AT_ONCE)) {
            for (Future<Long> trial :
                    trials.invokeAll(Collections.<Callable<Long>>nCopies(REVOCATIONS, this::revokedWhileUsed))) {
                accepted += trial.get();
            }
        }
        assertTrue(accepted >= REVOCATIONS, accepted + " calls accepted before");
    }

    /** How many calls were accepted before. */
    private long revokedWhileUsed() throws Exception {
        JsonNode key = newKey();
        Callers callers = new Callers(List.of(key), one, other, other);
        long revoked;
        try (callers) {
            Service.await("calls before", () -> callers.answers().count() > 6);
            revoked = revoke(key);
            Service.await(
                    "calls after on both",
                    () -> callers.answersSince(revoked)
                                    .map(Answer::replica)
                                    .distinct()
                                    .count()
                            == 2);
        }
        assertEquals(
                List.of(),
                callers.answersSince(revoked)
                        .filter(answer -> !answer.outcome().equals(ENDED))
                        .toList(),
                "after the answer");
        return callers.answers()
                .filter(answer -> answer.outcome().equals("200"))
                .count();
    }

    /** Else a standby that is promoted next might not know of the end (case 31). */
    @Test
    void aRevocationAsksThatTheStandbyHasAppliedIt() throws Exception {
        database.superuser("create table asked (level text)");
        database.superuser(
                "create function ask() returns trigger language plpgsql security definer as"
                        + " 'begin insert into public.asked values (current_setting(''synchronous_commit'')); return new; end'");
        database.superuser("create trigger ask after insert on credential_end for each row execute function ask()");
        try {
            revoke(newKey());
            assertEquals("remote_apply", database.superuser("select string_agg(level, ' ') from asked"));
        } finally {
            database.superuser("drop function ask cascade");
            database.superuser("drop table asked");
        }
    }

    /** Twenty tabs whose access token ran out at the same moment (case 58). */
    @Test
    void parallelRefreshesOverBothAreOneRotation() throws Exception {
        JsonNode tokens = one.require(
                200,
                "POST",
                "/v1/auth/sign-in",
                null,
                "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}");
        String body = "{\"refreshToken\":\"" + tokens.get("refreshToken").asText() + "\"}";
        CountDownLatch start = new CountDownLatch(1);
        Set<String> successors = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> tabs = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Service replica = i % 2 == 0 ? one : other;
                tabs.add(threads.submit(() -> {
                    start.await();
                    return replica.require(200, "POST", "/v1/auth/refresh", null, body)
                            .get("refreshToken")
                            .asText();
                }));
            }
            start.countDown();
            for (Future<String> tab : tabs) {
                successors.add(tab.get());
            }
        }
        assertEquals(1, successors.size(), "successors of one token");
        String next = "{\"refreshToken\":\"" + successors.iterator().next() + "\"}";
        other.require(200, "POST", "/v1/auth/refresh", null, next);
    }

    @Test
    void aStreamOnTheOtherReplicaEndsAtOnce() throws Exception {
        long[] millis = new long[STREAMS];
        for (int i = 0; i < STREAMS; i++) {
            JsonNode key = newKey();
            try (OpenStream stream = OpenStream.through(other, key)) {
                millis[i] = stream.millisToTheEnd(revoke(key));
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
                try (OpenStream stream = OpenStream.through(other, key)) {
                    long millis = stream.millisToTheEnd(revoke(key));
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
        try (OpenStream stream = OpenStream.through(other, key)) {
            long begin = System.nanoTime();
            one.require(
                    201,
                    "POST",
                    "/v1/api-keys/" + key.get("id").asText() + "/rotate",
                    owner,
                    "{\"overlapUntil\":\"" + Instant.now().plusSeconds(3) + "\"}");
            long millis = stream.millisToTheEnd(begin);
            assertTrue(millis >= 2_500 && millis <= 6_000, millis + " ms");
        }
    }

    @Test
    void aRevocationOutlivesTheDeathOfThePrimary() throws Exception {
        for (int round = 0; round < 3; round++) {
            JsonNode key = newKey();
            Callers callers = new Callers(List.of(key), one, other);
            long revoked;
            try (callers) {
                Service.await(
                        "calls before",
                        () -> callers.answers()
                                .anyMatch(answer -> answer.outcome().equals("200")));
                revoked = revoke(key);
                ProcessHandle.of(database.server().pid()).orElseThrow().destroyForcibly();
                database = database.restarted();
                for (Service replica : List.of(one, other)) {
                    Service.await(
                            "an answer after the restart",
                            () -> replica.outcome(
                                            "GET",
                                            "/v1/settings",
                                            key.get("key").asText(),
                                            null)
                                    .equals(ENDED));
                }
            }
            // While there is no database nobody is let in, and nobody is told that the key is bad.
            assertEquals(
                    List.of(),
                    callers.answersSince(revoked)
                            .filter(answer ->
                                    !answer.outcome().equals(ENDED) && !Service.UNAVAILABLE.contains(answer.outcome()))
                            .toList(),
                    "after the answer, in round " + round);
            assertTrue(
                    callers.answers().anyMatch(answer -> Service.UNAVAILABLE.contains(answer.outcome())),
                    "the death was noticed");
            for (Service replica : List.of(one, other)) {
                Service.await("every connection again", () -> replica.answersAll(owner));
            }
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
}
