package ai.celune.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Fuzz;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which models the JSON of a request names: every reading of it that a provider might have. */
class RequestedModelsTest {
    private static final List<List<String>> PLACES =
            List.of(List.of("model"), List.of("models"), List.of("requests", "params", "model"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"model\":\"a\"} | a",
                "{\"x\":{\"model\":\"no\"},\"model\":\"a\",\"tools\":[{\"model\":\"no\"}]} | a",
                "{\"model\":\"a\",\"model\":\"b\"} | a b",
                "{\"model\":\"a\",\"MODEL\":\"b\",\"Model\":\"c\"} | a b c",
                "{\"mod\\u0065l\":\"a\"} | a",
                "{\"model\":\"a\",\"model\u017f\":[\"b\"]} | a b",
                "{\"model\":\"\\u0061\"} | a",
                "{\"models\":[\"a\",\"b\"],\"model\":\"c\"} | a b c",
                "{\"requests\":[{\"params\":{\"model\":\"a\"}},{\"params\":{\"model\":\"b\"}}]} | a b",
                "{\"model\":\"a\"} {\"model\":\"b\"} | a b",
                "[{\"model\":\"a\"}] | a",
            })
    void everyNameCounts(String body, String models) {
        assertEquals(List.of(models.split(" ")), in(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "\"model\"",
                "{\"x\":{\"model\":\"a\"}}",
                "{\"model\":1}",
                "{\"model\":null}",
                "{\"model\":{\"model\":\"a\"}}",
                "{\"model\":\"a\",\"model\":null}",
                "{\"model\":\"a\"",
                "{\"model\":\"a\"}}",
                "{'model':'a'}",
                "{\"model\":\"a\",}",
                "{\"model\":\"a\"/**/}",
                "model=a",
            })
    void whatCannotBeReadNamesNothing(String body) {
        assertNull(in(body));
    }

    @Test
    void anotherEncodingNamesNothing() {
        assertNull(RequestedModels.in("{\"model\":\"a\"}".getBytes(StandardCharsets.UTF_16BE), PLACES));
    }

    @Test
    void whatAnotherReaderFindsIsNamed() {
        ObjectMapper reader = new ObjectMapper();
        Fuzz.rounds(5_000, fuzz -> {
            String body = fuzz.like("{\"n\":1,\"model\":\"a-1\",\"m\":{\"model\":\"b\"},\"model\":\"c\"}");
            JsonNode other;
            try {
                other = reader.readTree(body.getBytes(StandardCharsets.UTF_8)).path("model");
            } catch (IOException e) {
                return;
            }
            List<String> named = in(body);
            assertTrue(named == null || !other.isTextual() || named.contains(other.asText()), body);
        });
    }

    private static @Nullable List<String> in(String body) {
        return RequestedModels.in(body.getBytes(StandardCharsets.UTF_8), PLACES);
    }
}
