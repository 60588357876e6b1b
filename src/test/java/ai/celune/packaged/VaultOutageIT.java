package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.TestVault;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Vault is sealed under a loaded service (case 13): what needs a secret is refused as unavailable, all else goes on, and after the unsealing everything works
 * without a restart. That the length of the outage makes no difference is EnvelopesTest's part, which moves the clock.
 */
class VaultOutageIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CALLS_WHILE_SEALED = 25;

    private final TestVault vault = TestVault.running();
    private final AtomicLong seenByProvider = new AtomicLong();
    private final AtomicInteger serial = new AtomicInteger();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Map<String, Queue<String>> whileSealed = new ConcurrentHashMap<>();
    private volatile boolean sealed;

    private interface Call {
        HttpResponse<String> send() throws Exception;
    }

    @Test
    void aSealedVaultStopsOnlyWhatNeedsASecret() throws Exception {
        try (StreamingProvider provider = StreamingProvider.start(seenByProvider);
                Service service =
                        Service.onFreshDatabase("vault-outage", provider.url()).withVault(vault.properties())) {
            service.start();
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            Map<String, Call> calls = calls(service, owner);
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                assertTrue(call.getValue().send().statusCode() < 405, call.getKey());
            }
            List<Thread> load = new ArrayList<>();
            calls.forEach((name, call) -> load.add(repeat(name, call)));

            vault.seal();
            sealed = true;
            long seenBefore;
            try {
                Service.await(
                        "answers while sealed",
                        () -> whileSealed.size() == calls.size()
                                && whileSealed.values().stream().allMatch(seen -> seen.size() > CALLS_WHILE_SEALED));
                seenBefore = seenByProvider.get();
                JsonNode health = health(service);
                assertTrue(health.hasNonNull("degradedSince"), health.toString());
                assertTrue(service.isReady());
            } finally {
                sealed = false;
                running.set(false);
                for (Thread caller : load) {
                    caller.join();
                }
                vault.unseal();
            }
            assertEquals(
                    Map.of(
                            "store", Set.of("503 secret_store_unavailable"),
                            "use", Set.of("503 secret_store_unavailable"),
                            "read by API key", Set.of("200"),
                            "sign in", Set.of("200"),
                            "refuse a password", Set.of("401 unauthenticated"),
                            "refuse an id", Set.of("404 not_found"),
                            "write with an idempotency key", Set.of("201"),
                            "refresh", Set.of("200")),
                    kinds());
            assertEquals(seenBefore, seenByProvider.get());
            Service.await("use again", () -> ok(calls.get("use")));
            Service.await("store again", () -> ok(calls.get("store")));
            assertTrue(!health(service).has("degradedSince"));
            assertMetrics(service);
        }
    }

    private Map<String, Call> calls(Service service, String owner) throws Exception {
        String key = service.require(201, "POST", "/v1/provider-keys", owner, storing())
                .get("id")
                .asText();
        String agent = service.apiKey(owner, List.of("provider-keys:use", "settings:read"), key)
                .get("key")
                .asText();
        String signIn = "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}";
        AtomicBoolean refreshing = new AtomicBoolean();
        String[] refresh = {
            service.require(200, "POST", "/v1/auth/sign-in", null, signIn)
                    .get("refreshToken")
                    .asText()
        };
        return Map.of(
                "store", () -> service.call("POST", "/v1/provider-keys", owner, storing()),
                "use",
                        () -> service.call(
                                "POST", "/v1/proxy/openai/v1/answer", agent, "{}", "Celune-Provider-Key", key),
                "read by API key", () -> service.call("GET", "/v1/settings", agent, null),
                "sign in", () -> service.call("POST", "/v1/auth/sign-in", null, signIn),
                // Nobody's, so that no delay of an account grows.
                "refuse a password",
                        () -> service.call(
                                "POST",
                                "/v1/auth/sign-in",
                                null,
                                "{\"email\":\"nobody-" + serial.incrementAndGet()
                                        + "@example.com\",\"password\":\"wrong wrong wrong\"}"),
                "refuse an id",
                        () -> service.call(
                                "GET", "/v1/provider-keys/00000000-0000-7000-8000-000000000000", owner, null),
                "write with an idempotency key",
                        () -> service.call(
                                "POST",
                                "/v1/service-accounts",
                                owner,
                                "{\"name\":\"s" + serial.incrementAndGet() + "\",\"role\":\"member\"}",
                                "Idempotency-Key",
                                "a-key-of-its-own-" + serial.incrementAndGet()),
                "refresh",
                        () -> {
                            assertTrue(refreshing.compareAndSet(false, true));
                            HttpResponse<String> answer = service.call(
                                    "POST", "/v1/auth/refresh", null, "{\"refreshToken\":\"" + refresh[0] + "\"}");
                            refresh[0] = JSON.readTree(answer.body())
                                    .path("refreshToken")
                                    .asText();
                            refreshing.set(false);
                            return answer;
                        });
    }

    private static String storing() {
        return "{\"provider\":\"openai\",\"name\":\"k\",\"key\":\"stand-in-value-of-the-test\"}";
    }

    private Thread repeat(String name, Call call) {
        Queue<String> seen = whileSealed.computeIfAbsent(name, _ -> new ConcurrentLinkedQueue<>());
        return Thread.ofPlatform().start(() -> {
            while (running.get()) {
                boolean sealedAtStart = sealed;
                String answer = answer(call);
                // An answer from the edges says nothing about the time between.
                if (sealedAtStart && sealed) {
                    seen.add(answer);
                }
            }
        });
    }

    private static String answer(Call call) {
        try {
            HttpResponse<String> answer = call.send();
            return answer.statusCode() < 300
                    ? Integer.toString(answer.statusCode())
                    : answer.statusCode() + " "
                            + JSON.readTree(answer.body()).path("code").asText()
                            + (answer.statusCode() == 503
                                            && answer.headers()
                                                    .firstValue("Retry-After")
                                                    .isEmpty()
                                    ? " without Retry-After"
                                    : "");
        } catch (Exception e) {
            return e.toString();
        }
    }

    private Map<String, Set<String>> kinds() {
        Map<String, Set<String>> kinds = new java.util.TreeMap<>();
        whileSealed.forEach((name, seen) -> kinds.put(name, new TreeSet<>(seen)));
        return kinds;
    }

    private static boolean ok(@Nullable Call call) {
        return call != null && answer(call).startsWith("20");
    }

    private static JsonNode health(Service service) throws Exception {
        for (JsonNode check : JSON.readTree(
                        service.management("/q/health/ready", null).body())
                .get("checks")) {
            if (check.path("name").asText().equals("Secret store")) {
                return check.path("data");
            }
        }
        throw new AssertionError("no check of the secret store");
    }

    private static void assertMetrics(Service service) throws Exception {
        String metrics =
                service.management("/q/metrics", PostgresResource.METRICS_TOKEN).body();
        for (String expected : List.of(
                "celune_vault_requests_seconds_count{operation=\"decrypt\",outcome=\"ok\"}",
                "celune_vault_requests_seconds_count{operation=\"decrypt\",outcome=\"unavailable\"}",
                "celune_vault_requests_seconds_count{operation=\"decrypt\",outcome=\"prevented\"}",
                "celune_vault_token_age_seconds{identity=\"runtime\"}",
                "celune_vault_token_age_seconds{identity=\"key-worker\"}")) {
            assertTrue(metrics.contains(expected), expected);
        }
    }
}
