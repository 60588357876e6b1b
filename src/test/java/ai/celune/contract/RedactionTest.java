package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.contract.SecretTraffic.Answer;
import ai.celune.support.Api;
import ai.celune.support.LogCapture;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Secrets of every kind go through the whole API, in calls that succeed and in calls that are refused; afterwards none of them is to be found
 * anywhere but in the one answer that shows it (R39; cases 15, 16, 17, 20).
 */
@QuarkusTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RedactionTest {
    private SecretTraffic traffic;
    private List<String> logged = List.of();

    @TestHTTPResource(value = "/metrics", management = true)
    URI metrics;

    @BeforeAll
    void sendEverySecret() {
        traffic = new SecretTraffic();
        try (LogCapture capture = LogCapture.start()) {
            traffic.run();
            logged = capture.lines();
        }
    }

    @AfterAll
    void stopProvider() {
        traffic.close();
    }

    @Test
    void theTrafficIsWhatThisTestIsAbout() {
        assertEquals(Set.of(), traffic.kindsNeverAccepted(), "no accepted call carried these");
        assertTrue(traffic.answers().stream().filter(Answer::isRefusal).count() > 150, "refusals");
        assertTrue(logged.stream().anyMatch(line -> line.startsWith("ai.celune")), "our own log lines");
        assertTrue(logged.size() > 1_000, "the libraries' log lines");
    }

    @Test
    void answersShowASecretOnlyInTheOnePlaceThatIsMeantTo() {
        List<String> leaks = new ArrayList<>();
        for (Answer answer : traffic.answers()) {
            Set<String> found = new TreeSet<>(traffic.canaries().in(answer.text()));
            if (!found.equals(answer.shown())) {
                leaks.add(answer.what() + " shows " + found + " instead of " + answer.shown());
            }
        }
        assertEquals(List.of(), leaks);
    }

    @Test
    void logsHoldNoSecret() {
        assertClean("log", logged);
    }

    @Test
    void theDatabaseHoldsNoSecret() {
        List<String> leaks = new ArrayList<>();
        for (String table : Rows.column("select tablename from pg_tables where schemaname = 'public'")) {
            for (String value : Rows.values(table)) {
                traffic.canaries().in(value).forEach(canary -> leaks.add(table + " holds " + canary));
            }
        }
        assertEquals(List.of(), leaks);
    }

    @Test
    void theLogOfTheDatabaseHoldsNoSecret() throws Exception {
        Path data = Path.of(Rows.one("select current_setting('data_directory')"));
        String log = Files.readString(data.resolveSibling("postgresql.log"));
        assertTrue(log.contains("database system is ready"), "the log of this server");
        assertEquals(List.of(), traffic.canaries().in(log));
    }

    @Test
    void metricsHoldNoSecret() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(metrics)
                    .header("Authorization", "Bearer " + PostgresResource.METRICS_TOKEN)
                    .build();
            var scraped = client.send(request, BodyHandlers.ofString());
            assertTrue(scraped.body().contains("http_server_requests"), scraped.toString());
            assertClean("metrics", List.of(scraped.body()));
        }
    }

    @Test
    void theApiDescriptionHoldsNoSecret() {
        assertClean(
                "/q/openapi", List.of(Api.get("/q/openapi", null).require(200).text()));
    }

    @Test
    void threadNamesHoldNoSecret() {
        assertClean(
                "thread",
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .toList());
    }

    @Test
    void theProviderGetsItsOwnKeyAndNoneOfCelunes() {
        List<String> received = traffic.receivedByProvider();
        assertTrue(received.size() >= 2, received.size() + " calls");
        Set<String> found = new TreeSet<>(traffic.canaries().in(String.join("\n", received)));
        assertEquals(traffic.injected(), found);
    }

    private void assertClean(String sink, List<String> texts) {
        List<String> leaks = new ArrayList<>();
        for (String text : texts) {
            traffic.canaries()
                    .in(text)
                    .forEach(canary -> leaks.add(
                            sink + " holds " + canary + ": " + text.substring(0, Math.min(200, text.length()))));
        }
        assertEquals(List.of(), leaks.stream().limit(20).toList());
    }
}
