package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ai.celune.ratelimit.LimitClass;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The API document: it changes only on purpose, says what a client needs, and every operation of it has a limit. */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head");
    private static final Path GOLDEN = Path.of("src/test/resources/contract");

    @TestHTTPResource("/q/openapi")
    URI document;

    @Test
    void theDocumentChangesOnlyOnPurpose() throws Exception {
        same("openapi.yaml", fetch());
    }

    @Test
    void everyOperationSaysWhatItDoesAndHowItRefuses() throws Exception {
        operations().forEach((name, operation) -> {
            assertNotNull(operation.get("operationId"), name);
            assertFalse(operation.path("summary").asText().isBlank(), name);
            for (String status : new String[] {"400", "429", "500", "503"}) {
                assertNotNull(operation.path("responses").get(status), name + " " + status);
            }
        });
    }

    @Test
    void everyOperationHasOneLimitClass() throws Exception {
        same(
                "limit-classes.txt",
                operations().keySet().stream()
                        .map(name -> name + " -> "
                                + LimitClass.of(name.split(" ", -1)[0], name.split(" ", -1)[1])
                                        .name()
                                        .toLowerCase(Locale.ROOT)
                                + "\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void operationIdsAreUnique() throws Exception {
        Map<String, JsonNode> operations = operations();
        Set<String> ids = new TreeSet<>();
        operations
                .values()
                .forEach(operation -> ids.add(operation.get("operationId").asText()));
        assertEquals(operations.size(), ids.size());
    }

    private Map<String, JsonNode> operations() throws Exception {
        Map<String, JsonNode> operations = new TreeMap<>();
        new YAMLMapper()
                .readTree(fetch())
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        operations.put(
                                method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue());
                    }
                }));
        return operations;
    }

    private String fetch() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(document).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    /** Compares with the golden file; on a difference the actual text lies beside it under target, ready to be copied over. */
    private static void same(String name, String actual) throws IOException {
        Path golden = GOLDEN.resolve(name);
        Path beside = Files.createDirectories(Path.of("target/contract")).resolve(name);
        Files.writeString(beside, actual);
        assertEquals(
                Files.exists(golden) ? Files.readString(golden) : "",
                actual,
                "differs from " + golden + "; if that is meant: cp " + beside + " " + golden);
    }
}
