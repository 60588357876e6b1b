package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
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
 * PostgreSQL is killed under a loaded service and comes back. Until then every call is refused as unavailable, never as unauthenticated, because
 * clients would throw their keys away; afterwards the service goes on by itself (G2).
 */
class DatabaseLossIT {
    private static final Path FOLDER = Path.of("target", "database-loss").toAbsolutePath();
    private static final Set<String> UNAVAILABLE = Set.of("database_unavailable", "audit_unavailable");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicInteger serial = new AtomicInteger();
    private final AtomicLong seenByProvider = new AtomicLong();

    /** An answer and whether its request was sent while there was no database. */
    private record Answered(
            String call, int status, @Nullable String code, boolean retryAfter, boolean downAtStart) {}

    private volatile boolean down;

    @Test
    void theServiceRefusesWhileTheDatabaseIsGoneAndGoesOnWhenItIsBack() throws Exception {
        OwnDatabase database = OwnDatabase.asEmbedded(FOLDER);
        try (StreamingProvider provider = StreamingProvider.start(seenByProvider);
                Service service = Service.on("database-loss", database.properties(), provider.url())) {
            service.set("quarkus.log.console.level", "ERROR").start();
            Callers callers = new Callers(service, service.signUp(PostgresResource.BOOTSTRAP_CODE));
            List<Thread> load = callers.start();
            Service.await("answers before", () -> answers.size() > 40);

            ProcessHandle.of(database.server().pid()).orElseThrow().destroyForcibly();
            Service.await("not ready", () -> !service.isReady());
            down = true;
            int before = answers.size();
            Service.await("answers meanwhile", () -> answers.size() > before + 40);
            assertEquals(200, service.management("/q/health/live", null).statusCode());
            assertTrue(!service.isReady());

            down = false;
            database = database.restarted();
            Service.await("ready", service::isReady);
            callers.requireService();
            running.set(false);
            for (Thread caller : load) {
                caller.join();
            }
            check(database);
        } finally {
            running.set(false);
            database.close();
        }
    }

    private void check(OwnDatabase database) throws Exception {
        Set<String> wrong = new TreeSet<>();
        int refused = 0;
        for (Answered answer : answers) {
            boolean unavailable =
                    answer.status == 503 && UNAVAILABLE.contains(String.valueOf(answer.code)) && answer.retryAfter;
            if (unavailable) {
                refused++;
            } else if (answer.status >= 300 || answer.downAtStart) {
                wrong.add(answer.toString());
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue(refused > 40, refused + " refusals");
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            Set<String> stored = new TreeSet<>();
            try (var rows = statement.executeQuery("select name from service_account")) {
                while (rows.next()) {
                    stored.add(rows.getString(1));
                }
            }
            Set<String> lost = new TreeSet<>(created);
            lost.removeAll(stored);
            assertEquals(Set.of(), lost, "answered as created");
            try (var rows = statement.executeQuery("select (select count(*) from service_account), count(*) filter"
                    + " (where action = 'service_account.created'), count(*) filter (where action = 'provider_key.used')"
                    + " from audit_event")) {
                rows.next();
                assertEquals(rows.getLong(1), rows.getLong(2), "each row has its event and each event its row");
                assertTrue(seenByProvider.get() <= rows.getLong(3), "calls with the key without a committed use");
            }
        }
    }

    /** One caller of each kind, again and again. */
    private final class Callers {
        private final Service service;
        private final String owner;
        private final String agent;

        private Callers(Service service, String owner) throws Exception {
            this.service = service;
            this.owner = owner;
            agent = service.apiKey(owner, List.of("provider-keys:use", "settings:read"), service.providerKey(owner))
                    .get("key")
                    .asText();
        }

        private List<Thread> start() {
            return List.of(
                    repeat(() -> call("GET", "/v1/settings", owner, null)),
                    repeat(() -> call("GET", "/v1/settings", agent, null)),
                    repeat(() -> call("POST", "/v1/proxy/openai/v1/answer", agent, "{}")),
                    repeat(() -> call(
                            "POST",
                            "/v1/auth/sign-in",
                            null,
                            "{\"email\":\"owner@example.com\",\"password\":\"" + Service.PASSWORD + "\"}")),
                    repeat(this::create));
        }

        private void create() throws Exception {
            String name = "account-" + serial.incrementAndGet();
            String body = "{\"name\":\"" + name + "\",\"role\":\"member\"}";
            if (call("POST", "/v1/service-accounts", owner, body).statusCode() == 201) {
                created.add(name);
            }
        }

        private void requireService() throws Exception {
            assertEquals(200, service.call("GET", "/v1/settings", owner, null).statusCode());
            assertEquals(200, service.call("GET", "/v1/settings", agent, null).statusCode());
            assertEquals(
                    200,
                    service.call("POST", "/v1/proxy/openai/v1/answer", agent, "{}")
                            .statusCode());
        }

        private HttpResponse<String> call(String method, String path, @Nullable String token, @Nullable String body)
                throws Exception {
            boolean downAtStart = down;
            HttpResponse<String> answer = service.call(method, path, token, body);
            // An answer from after the return says nothing about the time without a database.
            answers.add(new Answered(
                    method + " " + path,
                    answer.statusCode(),
                    answer.statusCode() < 300
                            ? null
                            : JSON.readTree(answer.body()).path("code").asText(),
                    answer.headers().firstValue("Retry-After").isPresent(),
                    downAtStart && down));
            return answer;
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread repeat(Work work) {
        return Thread.ofPlatform().start(() -> {
            while (running.get()) {
                try {
                    work.run();
                } catch (Exception e) {
                    answers.add(new Answered(e.toString(), 999, null, false, false));
                }
            }
        });
    }
}
