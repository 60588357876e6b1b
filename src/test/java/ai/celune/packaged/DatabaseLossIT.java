package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.embedded.EmbeddedDatabase;
import ai.celune.embedded.FileTree;
import ai.celune.embedded.Passwords;
import ai.celune.embedded.PostgresServer;
import ai.celune.embedded.RolesScript;
import ai.celune.launcher.Refusal;
import ai.celune.support.PostgresResource;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.HashMap;
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
        FileTree.delete(FOLDER);
        Files.createDirectories(FOLDER);
        Passwords passwords = Passwords.loadOrCreate(FOLDER.resolve("passwords"));
        PostgresServer server = PostgresServer.start(FOLDER, passwords.superuser());
        RolesScript.apply(server, "celune", passwords);
        String url = server.jdbcUrl("celune");
        try (StreamingProvider provider = StreamingProvider.start(seenByProvider);
                Service service = Service.on("database-loss", properties(FOLDER, url, passwords), provider.url())) {
            service.set("quarkus.log.console.level", "ERROR").start();
            Callers callers = new Callers(service, service.signUp(PostgresResource.BOOTSTRAP_CODE));
            List<Thread> load = callers.start();
            Service.await("answers before", () -> answers.size() > 40);

            ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
            Service.await("not ready", () -> !service.isReady());
            down = true;
            int before = answers.size();
            Service.await("answers meanwhile", () -> answers.size() > before + 40);
            assertEquals(200, service.management("/q/health/live", null).statusCode());
            assertTrue(!service.isReady());

            down = false;
            server = restart(
                    FOLDER,
                    passwords,
                    URI.create(url.substring("jdbc:".length())).getPort());
            Service.await("ready", service::isReady);
            callers.requireService();
            running.set(false);
            for (Thread caller : load) {
                caller.join();
            }
            check(url, server);
        } finally {
            running.set(false);
            server.close();
        }
    }

    private void check(String url, PostgresServer server) throws Exception {
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
        try (var connection = DriverManager.getConnection(url, server.superuser(), server.superuserPassword());
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

    /** Of a service on that database, with what it keeps in files beside it. */
    static Map<String, String> properties(Path folder, String url, Passwords passwords) throws IOException {
        Map<String, String> properties = new HashMap<>(EmbeddedDatabase.properties(url, passwords));
        Path code = Files.writeString(folder.resolve("bootstrap-code"), PostgresResource.BOOTSTRAP_CODE);
        properties.put("celune.bootstrap.access-code-file", code.toString());
        properties.put("celune.keyring.file", folder.resolve("keyring.json").toString());
        return properties;
    }

    /** The killed server's last backends may hold its files for a moment. */
    static PostgresServer restart(Path folder, Passwords passwords, int port) {
        PostgresServer[] started = new PostgresServer[1];
        Service.await("PostgreSQL again", () -> {
            try {
                started[0] = PostgresServer.start(folder, passwords.superuser(), "port=" + port);
                return true;
            } catch (Refusal stillHeld) {
                return false;
            }
        });
        return started[0];
    }

    /** One caller of each kind, again and again. */
    private final class Callers {
        private final Service service;
        private final String owner;
        private final String agent;

        private Callers(Service service, String owner) throws Exception {
            this.service = service;
            this.owner = owner;
            String stored = service.require(
                            201,
                            "POST",
                            "/v1/provider-keys",
                            owner,
                            "{\"provider\":\"openai\",\"name\":\"k\",\"key\":\"stand-in-value\"}")
                    .get("id")
                    .asText();
            agent = service.require(
                            201,
                            "POST",
                            "/v1/api-keys",
                            owner,
                            "{\"name\":\"a\",\"scopes\":[\"provider-keys:use\",\"settings:read\"],\"bindings\":[\""
                                    + stored + "\"]}")
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
