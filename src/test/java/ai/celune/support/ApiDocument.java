package ai.celune.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the service says of itself: no test may see a status that the OpenAPI document does not tell of. */
final class ApiDocument {
    private static @Nullable List<Described> operations;

    private ApiDocument() {}

    private record Described(Pattern path, String method, JsonNode responses) {}

    /** Fails when the call was one of a described operation and its answer is not described. */
    static void require(String method, String pathAndQuery, Reply reply) {
        String path = pathAndQuery.split("\\?", 2)[0];
        if (path.startsWith("/v1/proxy/") && reply.header("Celune-Error").isEmpty()) {
            // The provider's own.
            return;
        }
        for (Described operation : operations()) {
            if (operation.method.equals(method) && operation.path.matcher(path).matches()) {
                if (!operation.responses.has(Integer.toString(reply.status()))) {
                    throw new AssertionError("not in the OpenAPI document: " + reply);
                }
                return;
            }
        }
    }

    private static synchronized List<Described> operations() {
        if (operations == null) {
            List<Described> read = new ArrayList<>();
            JsonNode document = document();
            document.path("paths")
                    .properties()
                    .forEach(path -> path.getValue()
                            .properties()
                            .forEach(operation -> read.add(new Described(
                                    Pattern.compile(path.getKey()
                                            .replace("{path}", ".+")
                                            .replaceAll("\\{\\w+}", "[^/]+")),
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    operation.getValue().path("responses")))));
            operations = read;
        }
        return operations;
    }

    /** As OpenApiTest compares it with the running service, whom a request of ours would cost a slot of some limit. */
    private static JsonNode document() {
        try {
            return new YAMLMapper()
                    .readTree(
                            Path.of("src/test/resources/contract/openapi.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
