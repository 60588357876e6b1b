package ai.celune.contract;

import ai.celune.contract.Operations.Operation;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** As much of JSON Schema as the OpenAPI document uses. */
final class Schemas {
    private Schemas() {}

    static @Nullable JsonNode ofBody(JsonNode document, Operation operation) {
        JsonNode schema = body(document, operation)
                .path("content")
                .path("application/json")
                .path("schema");
        return schema.isMissingNode() ? null : resolve(document, schema);
    }

    /** A body that may be left out may be null. */
    static boolean allowsBody(JsonNode document, Operation operation, JsonNode value) {
        JsonNode body = body(document, operation);
        return value.isNull()
                ? !body.path("required").asBoolean()
                : allows(document, body.path("content").path("application/json").path("schema"), value);
    }

    private static JsonNode body(JsonNode document, Operation operation) {
        return document.path("paths")
                .path(operation.path())
                .path(operation.method().toLowerCase(Locale.ROOT))
                .path("requestBody");
    }

    static JsonNode resolve(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }

    /** Null stands for an absent field; fields that are not described are not allowed. */
    static boolean allows(JsonNode document, JsonNode described, JsonNode value) {
        JsonNode schema = resolve(document, described);
        return switch (schema.path("type").asText()) {
            case "object" -> value.isObject() && allowsObject(document, schema, value);
            case "array" ->
                value.isArray()
                        && value.size() >= schema.path("minItems").asInt(0)
                        && value.size() <= schema.path("maxItems").asInt(Integer.MAX_VALUE)
                        && (!schema.path("uniqueItems").asBoolean()
                                || new HashSet<>(list(value)).size() == value.size())
                        && list(value).stream().allMatch(item -> allows(document, schema.path("items"), item));
            case "integer" ->
                value.isIntegralNumber()
                        && value.asLong() >= schema.path("minimum").asLong(Long.MIN_VALUE)
                        && value.asLong() <= schema.path("maximum").asLong(Long.MAX_VALUE);
            case "boolean" -> value.isBoolean();
            case "string" -> value.isTextual() && allowsText(schema, value.asText());
            default -> true;
        };
    }

    private static boolean allowsObject(JsonNode document, JsonNode schema, JsonNode value) {
        for (JsonNode name : schema.path("required")) {
            if (!value.hasNonNull(name.asText())) {
                return false;
            }
        }
        return value.properties().stream()
                .allMatch(field -> schema.path("properties").has(field.getKey())
                        && (field.getValue().isNull()
                                || allows(document, schema.path("properties").path(field.getKey()), field.getValue())));
    }

    private static boolean allowsText(JsonNode schema, String text) {
        return text.codePointCount(0, text.length()) >= schema.path("minLength").asInt(0)
                && text.codePointCount(0, text.length())
                        <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
                && (!schema.has("pattern")
                        || Pattern.compile(schema.path("pattern").asText())
                                .matcher(text)
                                .find());
    }

    private static java.util.List<JsonNode> list(JsonNode array) {
        java.util.List<JsonNode> items = new java.util.ArrayList<>();
        array.forEach(items::add);
        return items;
    }
}
