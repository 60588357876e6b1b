package ai.celune.broker;

import ai.celune.provider.Provider;
import ai.celune.providerkey.KeyRequest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models that the JSON of a request names, wherever another reader of it might find them: each value of a field that occurs twice, and fields in another
 * case, which some readers take for the same.
 */
final class RequestedModels {
    private static final int DEEPEST = 100;
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private RequestedModels() {}

    /** What a call names: by its path where that does, else in its body. */
    static KeyRequest.Models of(Provider provider, String path, ReadAhead body) {
        return () -> {
            List<String> inPath = provider.modelIn(path).map(List::of).orElse(List.of());
            if (!inPath.isEmpty() || body.isEmpty()) {
                return inPath;
            }
            return body.isWhole() ? in(body.bytes().getBytes(), provider.requestModel()) : null;
        };
    }

    /** Null when the body is not JSON, names no model, or something that is no text. */
    static @Nullable List<String> in(byte[] body, List<List<String>> places) {
        List<String> models = new ArrayList<>();
        try (JsonParser reading = JSON.createParser(new String(body, StandardCharsets.UTF_8))) {
            for (JsonToken token = reading.nextToken(); token != null; token = reading.nextToken()) {
                boolean begins = token.isScalarValue() || token == JsonToken.START_OBJECT;
                if (begins && places.stream().anyMatch(place -> leadsTo(place, reading.getParsingContext()))) {
                    if (token != JsonToken.VALUE_STRING) {
                        return null;
                    }
                    models.add(reading.getText());
                }
            }
        } catch (IOException e) {
            return null;
        }
        return models.isEmpty() ? null : models;
    }

    /** Whether the names on the way here are those of the place; lists count for nothing. */
    private static boolean leadsTo(List<String> place, @Nullable JsonStreamContext here) {
        int left = place.size();
        for (JsonStreamContext step = here; step != null; step = step.getParent()) {
            String name = step.getCurrentName();
            if (name != null && (left == 0 || !place.get(--left).equalsIgnoreCase(name))) {
                return false;
            }
        }
        return left == 0;
    }
}
