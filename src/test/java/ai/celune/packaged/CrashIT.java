package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * kill -9 in the middle of broker calls and of provider-key writes. A provider never sees more calls with the real key than there are
 * committed uses, and a write is there whole or not at all. {@code -Dcelune.crash.rounds} changes the number of rounds.
 */
class CrashIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUNDS = Integer.getInteger("celune.crash.rounds", 40);
    private static final int CALLERS = 4;
    private static final String CHAT = "{\"model\":\"m\",\"messages\":[]}";

    private final AtomicLong seenWithRealKey = new AtomicLong();
    /** Each call has a path of its own, so a call without a committed use cannot hide behind a use without a call. */
    private final Set<String> seenPaths = ConcurrentHashMap.newKeySet();

    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final AtomicInteger serial = new AtomicInteger();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void aKilledServiceNeverUsedAKeyThatTheLogDoesNotTellOf() throws Exception {
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        provider.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null && written.contains(authorization)) {
                seenPaths.add(exchange.getRequestURI().getPath());
                seenWithRealKey.incrementAndGet();
            }
            byte[] answer = "{\"model\":\"m-1\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        provider.setExecutor(Executors.newCachedThreadPool());
        provider.start();
        try (Service service = Service.onFreshDatabase(
                "crash", "http://127.0.0.1:" + provider.getAddress().getPort())) {
            service.set("quarkus.log.console.level", "ERROR");
            service.start();
            Setup setup = setUp(service);
            for (int round = 0; round < ROUNDS; round++) {
                if (round > 0) {
                    service.start();
                }
                load(service, setup);
                assertEquals(Set.of(), callsThatTheLogDoesNotTellOf(), "round " + round + ", seed " + seed);
            }
            execute("update audit_open set ends_by = now() - interval '1 minute'");
            service.start();
            Service.await("the unknown ends", () -> !holds("select count(*) from audit_open"));
            assertUsageIsTheSumOfTheLog(service);
            assertTrue(seenWithRealKey.get() > ROUNDS, "the rounds hardly reached the provider, seed " + seed);
            assertTrue(seenWithRealKey.get() <= count("provider_key.used"), "seed " + seed);
            assertEquals(count("provider_key.created") - count("provider_key.deleted"), rows(), "seed " + seed);
            assertEquals(
                    number("select sum(value_version - 1) from provider_key where ?::text is null", null),
                    count("provider_key.value_replaced"),
                    "each replaced value has its event and each event its value, seed " + seed);
            // Whatever value the last round left opens, and is one that was written as a whole.
            long before = seenWithRealKey.get();
            assertEquals(200, chat(service, setup).statusCode());
            assertEquals(before + 1, seenWithRealKey.get());
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void callsOfAKeyBeforeAKillAreToldAsALowerBound() throws Exception {
        try (Service service = Service.onFreshDatabase("crash-counts", "http://127.0.0.1:1")) {
            service.start();
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            JsonNode key = json(
                    201,
                    service.call("POST", "/v1/api-keys", owner, "{\"name\":\"k\",\"scopes\":[\"settings:read\"]}"));
            // All within a minute, which is told as a whole.
            Service.await(
                    "the first half of a minute",
                    () -> LocalTime.now(ZoneOffset.UTC).getSecond() < 30);
            for (int call = 0; call < 30; call++) {
                settings(service, key);
            }
            Service.await("the counts", () -> holds("select count(*) from api_key where use_count = 30"));
            settings(service, key);
            service.kill();
            // Nobody tells of them for three minutes, lest they are another replica's.
            execute("update api_key_use set first_at = first_at - interval '4 minutes',"
                    + " last_at = last_at - interval '4 minutes'");

            service.start();
            Service.await("the entry", () -> holds(told(key)));
            long stored = number(
                    "select use_count from api_key where id = ?::uuid",
                    key.get("id").asText());
            assertTrue(stored == 30 || stored == 31, stored + " of 31");
            assertEquals(
                    stored,
                    number(
                            "select sum((convert_from(bytes, 'UTF8')::json -> 'details' ->> 'count')::int) from audit_event"
                                    + " where action = 'api_key.usage_counted'"
                                    + " and (convert_from(bytes, 'UTF8')::json -> 'details' ->> 'lowerBound')::boolean"
                                    + " and target_id = ?",
                            key.get("id").asText()));
            assertEquals(0, number("select count(*) from api_key_use where told < calls and ?::text is null", null));
        }
    }

    private static String told(JsonNode key) {
        return "select count(*) from audit_event where action = 'api_key.usage_counted' and target_id = '"
                + key.get("id").asText() + "'";
    }

    private static void settings(Service service, JsonNode key) throws Exception {
        assertEquals(
                200,
                service.call("GET", "/v1/settings", key.get("key").asText(), null)
                        .statusCode());
    }

    @Test
    void aRetryAfterAKillBetweenEffectAndAnswerHasNoSecondEffect() throws Exception {
        String body = "{\"name\":\"once\",\"role\":\"member\"}";
        String[] key = {"Idempotency-Key", "sent-again-after-the-crash"};
        try (Service service = Service.onFreshDatabase("crash-retry", "http://127.0.0.1:1")) {
            service.start();
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            // A commit that waits for a standby that does not exist is done and not yet known to be: the moment between
            // effect and answer.
            execute("alter system set synchronous_standby_names = 'nobody'");
            CompletableFuture<Boolean> answered =
                    CompletableFuture.supplyAsync(() -> isAnswered(service, owner, body, key));
            try {
                Service.await(
                        "the commit",
                        // The request's own: keys made ready in the background are committed, too.
                        () -> holds("select count(*) from pg_stat_activity join pg_locks using (pid)"
                                + " where wait_event = 'SyncRep' and relation = 'idempotency_record'::regclass"));
                service.kill();
                assertFalse(answered.get());
            } finally {
                execute("alter system reset synchronous_standby_names");
            }
            Service.await("the effect", () -> holds("select count(*) from service_account where name = 'once'"));

            service.start();
            HttpResponse<String> retried = service.call("POST", "/v1/service-accounts", owner(service), body, key);
            assertEquals(201, retried.statusCode(), retried.body());
            assertEquals(
                    "true", retried.headers().firstValue("Idempotency-Replayed").orElse(""));
            assertEquals(1, number("select count(*) from service_account where name = ?", "once"));
            assertEquals(1, count("service_account.created"));
        }
    }

    /** The owner's token from a sign-in: each process signs with a key of its own. */
    private static String owner(Service service) throws Exception {
        return service.require(
                        200,
                        "POST",
                        "/v1/auth/sign-in",
                        null,
                        "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}")
                .get("accessToken")
                .asText();
    }

    private static boolean isAnswered(Service service, String token, String body, String... headers) {
        try {
            service.call("POST", "/v1/service-accounts", token, body, headers);
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Also of uses whose end nobody lived to tell. */
    private static void assertUsageIsTheSumOfTheLog(Service service) throws Exception {
        JsonNode usage = json(200, service.call("GET", "/v1/analytics/usage?groupBy=model", owner(service), null));
        long[] told = new long[4];
        for (JsonNode item : usage.path("items")) {
            told[0] += item.path("requests").asLong();
            told[1] += item.path("inputTokens").asLong();
            told[2] += item.path("outputTokens").asLong();
            told[3] += item.path("unknownEnds").asLong();
        }
        String sum = "select coalesce(sum((convert_from(bytes, 'UTF8')::json -> 'details' ->> ?)::bigint), 0)"
                + " from audit_event where action = 'provider_key.use_completed'";
        assertArrayEquals(
                new long[] {
                    count("provider_key.use_completed"),
                    number(sum, "inputTokens"),
                    number(sum, "outputTokens"),
                    number(
                            "select count(*) from audit_event where convert_from(bytes, 'UTF8') like ?",
                            "%outcome_unknown%")
                },
                told);
        assertEquals(count("provider_key.used"), told[0]);
        assertTrue(told[1] > 0);
    }

    private static boolean holds(String count) {
        return !Rows.one(count).equals("0");
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
            statement.execute("select pg_reload_conf()");
        }
    }

    private record Setup(String agent, String keyId) {}

    private Setup setUp(Service service) throws Exception {
        String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
        String keyId = json(
                        201,
                        service.call(
                                "POST", "/v1/provider-keys", owner, key("\"provider\":\"openai\",\"name\":\"k\",")))
                .get("id")
                .asText();
        String agent = service.apiKey(owner, List.of("provider-keys:use", "provider-keys:write"), keyId)
                .get("key")
                .asText();
        return new Setup(agent, keyId);
    }

    /** Loads the service until it dies under it, at a random moment. */
    private void load(Service service, Setup setup) throws Exception {
        AtomicBoolean running = new AtomicBoolean(true);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            boolean writes = i == 0;
            callers.add(Thread.ofPlatform().start(() -> {
                while (running.get()) {
                    try {
                        if (writes) {
                            service.call("PUT", "/v1/provider-keys/" + setup.keyId + "/value", setup.agent, key(""));
                            service.call(
                                    "POST",
                                    "/v1/provider-keys",
                                    setup.agent,
                                    key("\"provider\":\"anthropic\",\"name\":\"k\","));
                        } else {
                            chat(service, setup);
                        }
                    } catch (IOException e) {
                        // The service was killed under the call.
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }));
        }
        if (random.nextBoolean()) {
            // Every other time in the midst of calls, however long a cold service takes for its first one.
            long before = seenWithRealKey.get();
            Service.await("a call", () -> seenWithRealKey.get() > before);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150 + random.nextInt(500)));
        service.kill();
        running.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
    }

    private HttpResponse<String> chat(Service service, Setup setup) throws IOException, InterruptedException {
        return service.call("POST", "/v1/proxy/openai/v1/calls/" + serial.incrementAndGet(), setup.agent, CHAT);
    }

    /** A new value; it counts as real from before it is sent. */
    private String key(String fields) {
        String value = "stand-in-value-" + serial.incrementAndGet() + "-of-" + seed;
        written.add("Bearer " + value);
        return "{" + fields + "\"key\":\"" + value + "\"}";
    }

    private static JsonNode json(int expected, HttpResponse<String> response) throws IOException {
        assertEquals(expected, response.statusCode(), response.body());
        return JSON.readTree(response.body());
    }

    private Set<String> callsThatTheLogDoesNotTellOf() {
        Set<String> untold = new TreeSet<>(seenPaths);
        untold.removeAll(Rows.column("select convert_from(bytes, 'UTF8')::json -> 'details' ->> 'path' from audit_event"
                + " where action = 'provider_key.used'"));
        return untold;
    }

    private static long count(String action) throws SQLException {
        return number("select count(*) from audit_event where action = ?", action);
    }

    private static long rows() throws SQLException {
        return number("select count(*) from provider_key where ?::text is null", null);
    }

    private static long number(String sql, @Nullable String parameter) throws SQLException {
        try (var connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
