package ai.celune.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * Writes into the OpenAPI document what each operation is like when it succeeds: status, request and response of {@code api-examples.json}. A test
 * carries every example out against the running service. Runs at build time.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiExamples implements OASFilter {
    private static final String FILE = "/api-examples.json";
    private static final String JSON = "application/json";
    private static final String ID = "019cb6a1-0000-7000-8000-000000000001";
    private static final String PROVIDERS_ANSWER = "default";

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public void filterOpenAPI(OpenAPI document) {
        JsonNode examples = examples();
        document.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations()
                        .values()
                        .forEach(operation -> describe(operation, examples.path(operation.getOperationId()))));
    }

    private void describe(Operation operation, JsonNode example) {
        if (example.isMissingNode()) {
            // The contract test names the operation.
            return;
        }
        for (Parameter parameter : Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of())) {
            if (parameter.getIn() == Parameter.In.PATH) {
                parameter.setExample(parameter.getName().equals("provider") ? "keycloak" : ID);
            }
        }
        if (operation.getRequestBody() != null && example.has("request")) {
            Content content = operation.getRequestBody().getContent();
            for (MediaType type : content.getMediaTypes().values()) {
                type.setExample(plain(example.get("request")));
            }
        }
        APIResponse success =
                success(operation.getResponses(), example.get("status").asText());
        if (example.has("response")) {
            if (success.getContent() == null) {
                success.setContent(OASFactory.createContent().addMediaType(JSON, OASFactory.createMediaType()));
            }
            Objects.requireNonNull(success.getContent()).getMediaTypes().forEach((name, type) -> {
                if (!name.startsWith("text/")) {
                    type.setExample(plain(example.get("response")));
                }
            });
        }
    }

    /** The response of success, moved to the status that the service answers with: the scanner only guesses it from the method's type. */
    private static APIResponse success(APIResponses responses, String status) {
        APIResponse provider = responses.getAPIResponse(PROVIDERS_ANSWER);
        if (provider != null) {
            return provider;
        }
        List<String> guessed =
                new ArrayList<>(new TreeSet<>(responses.getAPIResponses().keySet()));
        guessed.removeIf(code -> !code.startsWith("2"));
        APIResponse success = responses.getAPIResponse(guessed.getFirst());
        guessed.forEach(responses::removeAPIResponse);
        responses.addAPIResponse(status, success.description(sentence(status)));
        Map<String, APIResponse> sorted = new TreeMap<>(responses.getAPIResponses());
        responses.setAPIResponses(sorted);
        return success;
    }

    private static String sentence(String status) {
        return switch (status) {
            case "201" -> "Created";
            case "204" -> "No Content";
            case "303" -> "See Other";
            default -> "OK";
        };
    }

    private Object plain(JsonNode example) {
        return json.convertValue(example, Object.class);
    }

    private JsonNode examples() {
        try (InputStream file = Objects.requireNonNull(ApiExamples.class.getResourceAsStream(FILE), FILE)) {
            return json.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
