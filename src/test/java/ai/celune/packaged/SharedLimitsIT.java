package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.TestRedis;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two replicas of the packaged service on one Redis: limits are exact over both (R78; cases 48, 53, 54, 55), and stricter while it is away. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedLimitsIT {
    private static final String PASSWORD = "canary-password-of-redis";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestRedis redis;
    private static OwnDatabase database;
    private static Service one;
    private static Service other;
    private static JsonNode owner;

    @BeforeAll
    static void start() throws Exception {
        redis = TestRedis.withPassword(PASSWORD);
        database = OwnDatabase.asEmbedded(Path.of("target", "shared-limits").toAbsolutePath());
        one = replica("limits-one");
        one.start();
        owner = one.require(
                201,
                "POST",
                "/v1/auth/sign-up",
                null,
                "{\"email\":\"owner@example.com\",\"password\":\"%s\",\"accessCode\":\"%s\",\"workspaceName\":\"W\"}"
                        .formatted(Service.PASSWORD, PostgresResource.BOOTSTRAP_CODE));
        other = replica("limits-other");
        other.start();
    }

    /** A machine under load is late now and then, and this is about numbers: a long deadline. */
    private static Service replica(String name) throws IOException {
        Path token = Files.writeString(database.folder().resolve("metrics-token"), PostgresResource.METRICS_TOKEN);
        return Service.on(name, database.properties(), "http://127.0.0.1:1")
                .set("celune.metrics.token-file", token.toString())
                .set("celune.ratelimit.enabled", "true")
                .set("celune.ratelimit.deadline", "5s")
                .set("quarkus.redis.hosts", redis.url());
    }

    @AfterAll
    static void stop() {
        other.close();
        one.close();
        database.close();
        redis.close();
    }

    @Test
    @Order(1)
    void sixtyOneParallelReadsOverBothAdmitExactlySixty() throws Exception {
        String key = newKey();
        List<Integer> answers = atOnce(61, key);
        assertEquals(60, answers.stream().filter(status -> status == 200).count(), answers.toString());
        assertEquals(1, answers.stream().filter(status -> status == 429).count(), answers.toString());
        for (Service replica : List.of(one, other)) {
            HttpResponse<String> refused = read(replica, key);
            assertEquals(429, refused.statusCode());
            long wait = refused.headers().firstValueAsLong("Retry-After").orElseThrow();
            assertTrue(wait >= 1 && wait <= 60, "Retry-After " + wait);
        }
    }

    @Test
    @Order(2)
    void refusedCallsBurnNothingOnEitherReplica() throws Exception {
        String key = newKey();
        atOnce(61, key);
        Set<String> before = taken();
        for (int i = 0; i < 20; i++) {
            assertEquals(429, read(i % 2 == 0 ? one : other, key).statusCode());
        }
        assertEquals(before, taken());
    }

    /** All that the shared log holds of reads. */
    private static Set<String> taken() {
        return redis.keys().stream()
                .filter(key -> key.endsWith(":read"))
                .map(key -> key + redis.ask(Command.LRANGE, key, 0, -1))
                .collect(Collectors.toSet());
    }

    /** As after a fail-over to a copy that was late, or out of a backup. */
    @Test
    @Order(3)
    void aRevocationThatTheDatabaseHasForgottenHolds() throws Exception {
        JsonNode key = one.apiKey(token(), List.of("settings:read"));
        String value = key.get("key").asText();
        assertEquals(1, admitted(other, 1, value));
        one.require(204, "DELETE", "/v1/api-keys/" + key.get("id").asText(), token(), null);
        database.superuser("alter table api_key disable trigger keep_facts");
        database.superuser("update api_key set revoked_at = null where id = '"
                + key.get("id").asText() + "'");
        database.superuser("alter table api_key enable always trigger keep_facts");
        String unknown = withoutRequestId(read(one, "clk_live_unknown"));
        for (Service replica : List.of(one, other)) {
            HttpResponse<String> refused = read(replica, value);
            assertEquals(401, refused.statusCode());
            assertEquals(unknown, withoutRequestId(refused));
        }
        assertEquals(
                "2",
                database.superuser("select count(*) from audit_event where action = 'request.unauthenticated'"
                        + " and convert_from(bytes, 'UTF8')::jsonb ->> 'reason' = 'revoked' and convert_from(bytes, 'UTF8')::jsonb -> 'credential' ->> 'id' = '"
                        + key.get("id").asText() + "'"));
    }

    private static String withoutRequestId(HttpResponse<String> answer) {
        return answer.body().replaceFirst("\"requestId\":\"[0-9a-f]+\"", "");
    }

    @Test
    @Order(4)
    void aProofOfIdentityCountsByAddressAndByAccountOverBoth() throws Exception {
        int admitted = 0;
        for (int i = 0; i < 14; i++) {
            HttpResponse<String> answer = (i % 2 == 0 ? one : other)
                    .call(
                            "POST",
                            "/v1/auth/sign-in",
                            null,
                            "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}");
            admitted += answer.statusCode() == 200 ? 1 : 0;
            assertTrue(Set.of(200, 429).contains(answer.statusCode()), answer.body());
        }
        // The owner's own sign-up was within this minute, or before.
        assertTrue(admitted == 9 || admitted == 10, "admitted " + admitted);
    }

    @Test
    @Order(5)
    void aFamilyRefreshesTenTimesOverBothAndTakesNothingFromItsAddress() throws Exception {
        String refreshToken = owner.get("refreshToken").asText();
        int refreshed = 0;
        for (int i = 0; i < 12; i++) {
            HttpResponse<String> answer = (i % 2 == 0 ? one : other)
                    .call("POST", "/v1/auth/refresh", null, "{\"refreshToken\":\"" + refreshToken + "\"}");
            if (answer.statusCode() == 200) {
                refreshed++;
                refreshToken = JSON.readTree(answer.body()).get("refreshToken").asText();
            }
        }
        assertEquals(10, refreshed);
        assertEquals(
                Set.of(),
                redis.keys().stream()
                        .filter(key -> key.endsWith("127.0.0.1}:refresh"))
                        .collect(Collectors.toSet()));
    }

    /** With what each has admitted before, in its own share: 30 of 60 on two replicas. */
    @Test
    @Order(6)
    void withRedisKilledNobodyStartsFromZeroAndNobodyIsUnlimited() throws Exception {
        String key = newKey();
        String fresh = newKey();
        assertEquals(40, admitted(one, 40, key));
        assertEquals(10, admitted(other, 10, key));

        redis.kill();
        Service.await("both notice", () -> degraded(one) == 1 && degraded(other) == 1);
        assertTrue(one.isReady() && other.isReady());
        assertEquals(0, admitted(one, 40, key));
        assertEquals(20, admitted(other, 40, key));
        HttpResponse<String> refused = read(other, key);
        assertEquals(429, refused.statusCode());
        assertTrue(refused.headers().firstValueAsLong("Retry-After").orElseThrow() >= 1);
        assertEquals(
                "\"read\";q=30;w=60",
                refused.headers().firstValue("RateLimit-Policy").orElseThrow());

        redis.startAgain();
        Service.await(
                "both are back",
                () -> redis.keys().contains("celune:limit:replicas")
                        && redis.ask(Command.ZCARD, "celune:limit:replicas").equals("2"));
        assertEquals(0, admitted(one, 20, key) + admitted(other, 20, key));
        assertEquals(60, admitted(one, 40, fresh) + admitted(other, 40, fresh));
        assertEquals(List.of("limiter.degraded", "limiter.degraded"), told());
    }

    @Test
    @Order(7)
    void aMinuteAfterItsReturnRedisDecidesAlone() throws Exception {
        Service.await("whole limits again", Duration.ofSeconds(90), () -> degraded(one) == 0 && degraded(other) == 0);
        String key = newKey();
        assertEquals(60, admitted(one, 70, key));
        assertEquals(0, admitted(other, 10, key));
        assertEquals(List.of("limiter.degraded", "limiter.degraded", "limiter.restored", "limiter.restored"), told());
    }

    @Test
    @Order(8)
    void thePasswordOfRedisIsInNoLog() throws Exception {
        for (Service replica : List.of(one, other)) {
            assertTrue(replica.log().stream().anyMatch(line -> line.contains("limits are counted by Valkey again")));
            assertFalse(replica.log().stream().anyMatch(line -> line.contains(PASSWORD)));
        }
    }

    /** What the operators' log tells of the limiter, sorted. */
    private static List<String> told() throws Exception {
        List<String> actions = new ArrayList<>();
        one.require(200, "GET", "/v1/platform/audit/events?action=limiter", token(), null)
                .get("items")
                .forEach(item -> actions.add(item.get("action").asText()));
        return actions.stream().sorted().toList();
    }

    private static double degraded(Service replica) {
        return metric(replica, "celune_limiter_degraded ");
    }

    private static double metric(Service replica, String name) {
        try {
            return replica.management("/q/metrics", PostgresResource.METRICS_TOKEN)
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int admitted(Service replica, int calls, String key) throws Exception {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            admitted += read(replica, key).statusCode() == 200 ? 1 : 0;
        }
        return admitted;
    }

    private static List<Integer> atOnce(int calls, String key) throws Exception {
        CyclicBarrier start = new CyclicBarrier(calls);
        List<Callable<Integer>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            Service replica = i % 2 == 0 ? one : other;
            all.add(() -> {
                start.await();
                return read(replica, key).statusCode();
            });
        }
        List<Integer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(calls)) {
            for (Future<Integer> answer : threads.invokeAll(all)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    private static String token() {
        return owner.get("accessToken").asText();
    }

    private static String newKey() throws Exception {
        return one.apiKey(token(), List.of("settings:read")).get("key").asText();
    }

    private static HttpResponse<String> read(Service replica, String key) throws Exception {
        return replica.call("GET", "/v1/settings", key, null);
    }
}
