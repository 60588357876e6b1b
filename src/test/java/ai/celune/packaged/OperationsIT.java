package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.PostgresResource;
import ai.celune.support.Rows;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What those who run the service rely on: probes, metrics, logs, and an orderly end. In profile {@code test} with the logs of {@code prod}: no other
 * profile starts with the local keyring, and there is no other secret store yet.
 */
class OperationsIT {
    private static final List<String> PROBES = List.of("/q/health/started", "/q/health/live", "/q/health/ready");

    @Test
    void probesAndMetricsAreOnTheManagementPortOnly() throws Exception {
        try (StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Service service = asInProduction(provider)) {
            for (String path : PROBES) {
                assertEquals(200, service.management(path, null).statusCode(), path);
                assertEquals(404, service.call("GET", path, null, null).statusCode(), path);
            }
            assertEquals(404, service.call("GET", "/q/metrics", null, null).statusCode());
            assertEquals(401, service.management("/q/metrics", null).statusCode());
            assertEquals(401, service.management("/q/metrics", "wrong").statusCode());
            HttpResponse<String> metrics = service.management("/q/metrics", PostgresResource.METRICS_TOKEN);
            assertEquals(200, metrics.statusCode());
            assertTrue(metrics.body().contains("jvm_memory_used_bytes"));
        }
    }

    @Test
    void everyLogLineIsOneJsonObject() throws Exception {
        try (StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Service service = asInProduction(provider)) {
            service.signUp(PostgresResource.BOOTSTRAP_CODE);
            service.call("GET", "/v1/settings", "nobody", null);
            service.call("POST", "/v1/auth/sign-in", null, "{");
            service.terminate();
            service.awaitExit(Duration.ofSeconds(30));
            List<String> lines = service.log();
            assertTrue(lines.size() > 1, "lines");
            for (String line : lines) {
                JsonNode record = new ObjectMapper().readTree(line);
                assertTrue(
                        record.path("message").isTextual()
                                && record.path("level").isTextual(),
                        line);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "prod, celune.keyring.file, ",
        "'prod,local', celune.keyring.file, ",
        "prod, celune.ratelimit.enabled, no",
        "prod, quarkus.flyway.password, "
    })
    void unsafeConfigurationStopsTheProcessAndNamesTheProperty(String profile, String property, @Nullable String value)
            throws Exception {
        try (Service service =
                Service.onFreshDatabase("unsafe", "https://provider.invalid").set("quarkus.profile", profile)) {
            if (value != null) {
                service.set(property, value);
            }
            service.launch();
            assertNotEquals(0, service.awaitExit(Duration.ofSeconds(60)));
            List<String> lines = service.log();
            assertTrue(lines.stream().anyMatch(line -> line.contains(property + ": ")), lines.toString());
            if (profile.equals("prod")) {
                // As in production, without being told to.
                for (String line : lines) {
                    assertTrue(new ObjectMapper().readTree(line).path("message").isTextual(), line);
                }
            }
        }
    }

    @Test
    void runningCallsFinishBeforeTheEnd() throws Exception {
        try (StreamingProvider provider = StreamingProvider.start(new AtomicLong());
                Service service = asInProduction(provider);
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                Connection database = DriverManager.getConnection(PostgresResource.superuserJdbcUrl())) {
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            HttpResponse<java.io.InputStream> stream = client.send(
                    service.request("POST", "/v1/proxy/openai/v1/stream", agent(service, owner), "{}"),
                    BodyHandlers.ofInputStream());
            BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
            assertEquals("data: first", events.readLine());
            CompletableFuture<HttpResponse<String>> write = heldWrite(service, owner, client, database);

            service.terminate();
            Service.await("its clients are sent away", () -> sendsAway(service));
            assertFalse(write.isDone());
            database.rollback();
            assertEquals(201, write.get().statusCode());
            provider.sendSecondHalf();
            assertEquals(List.of("", "data: second", ""), events.lines().toList());

            assertTrue(Set.of(0, 143).contains(service.awaitExit(Duration.ofSeconds(25))), "exit code");
            assertThrows(IOException.class, () -> service.call("GET", "/.well-known/jwks.json", null, null));
            assertEquals(
                    "success", Rows.one("select outcome from audit_event where action = 'provider_key.use_completed'"));
            assertEquals("1", Rows.one("select count(*) from service_account"));
        }
    }

    /** A write that waits for a table that the test has locked. */
    private static CompletableFuture<HttpResponse<String>> heldWrite(
            Service service, String owner, HttpClient client, Connection database) throws Exception {
        database.setAutoCommit(false);
        try (var statement = database.createStatement()) {
            statement.execute("lock table service_account in exclusive mode");
        }
        CompletableFuture<HttpResponse<String>> write = client.sendAsync(
                service.request("POST", "/v1/service-accounts", owner, "{\"name\":\"late\",\"role\":\"member\"}"),
                BodyHandlers.ofString());
        Service.await(
                "the write waits",
                () -> !Rows.column(
                                "select 1 from pg_locks where relation = 'service_account'::regclass and not granted")
                        .isEmpty());
        return write;
    }

    /** Quarkus still serves what comes while others run, but keeps no connection. */
    private static boolean sendsAway(Service service) {
        try {
            return service.call("GET", "/.well-known/jwks.json", null, null)
                    .headers()
                    .firstValue("Connection")
                    .filter("close"::equals)
                    .isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String agent(Service service, String owner) throws Exception {
        return service.apiKey(owner, List.of("provider-keys:use"), service.providerKey(owner))
                .get("key")
                .asText();
    }

    private static Service asInProduction(StreamingProvider provider) throws Exception {
        Service service = Service.onFreshDatabase("operations", provider.url())
                .set("celune.ratelimit.enabled", "true")
                .set("quarkus.log.console.json.enabled", "true");
        service.start();
        return service;
    }
}
