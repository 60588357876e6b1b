package ai.celune.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R39: a secret cannot be printed, serialized or compared, and is gone after close. */
class SecretTest {
    private static final JsonMapper JSON = new JsonMapper();

    record Request(String name, Secret key) {}

    @Test
    void doesNotPrint() {
        assertEquals("[secret]", secret("sk-canary-12345").toString());
        assertFalse(new Request("n", secret("sk-canary-12345")).toString().contains("canary"));
    }

    @Test
    void doesNotSerialize() {
        for (Object holder : new Object[] {
            secret("sk-canary-12345"),
            new Request("n", secret("sk-canary-12345")),
            Map.of("key", secret("sk-canary-12345"))
        }) {
            JsonMappingException refusal =
                    assertThrows(JsonMappingException.class, () -> JSON.writeValueAsString(holder));
            assertFalse(String.valueOf(refusal.getMessage()).contains("canary"));
        }
    }

    @Test
    void isNotComparedByValue() {
        assertNotEquals(secret("same value here"), secret("same value here"));
    }

    @Test
    void isWipedByCloseAndRefusesUseAfterwards() {
        byte[] value = "sk-canary-12345".getBytes(UTF_8);
        Secret secret = Secret.taking(value);
        secret.close();
        secret.close();
        assertArrayEquals(new byte[value.length], value);
        assertThrows(IllegalStateException.class, secret::bytes);
        assertThrows(IllegalStateException.class, secret::length);
        assertThrows(IllegalStateException.class, secret::lastFour);
    }

    @Test
    void aCopyIsIndependentOfItsSource() {
        byte[] value = {1, 2, 3};
        try (Secret secret = Secret.copyOf(value)) {
            value[0] = 9;
            assertArrayEquals(new byte[] {1, 2, 3}, secret.bytes());
        }
    }

    @Test
    void showsTheLastFourOfLongVisibleValuesOnly() {
        assertEquals(Optional.of("89ab"), secret("0123456789ab").lastFour());
        assertEquals(Optional.empty(), secret("0123456789a").lastFour());
        assertEquals(Optional.empty(), secret("0123456789é").lastFour());
        assertEquals(Optional.empty(), secret("01234567 9ab").lastFour());
        assertEquals(Optional.empty(), secret("").lastFour());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sk-abc", "a\\\"b\\u00e9\\ud83d\\ude00/é😀"})
    void readsAJsonString(String json) throws IOException {
        String document = "{\"name\":\"n\",\"key\":\"" + json + "\"}";
        byte[] expected = JSON.readTree(document).get("key").textValue().getBytes(UTF_8);
        assertArrayEquals(
                expected, JSON.readValue(document, Request.class).key().bytes());
        assertArrayEquals(
                expected,
                JSON.readValue(new ByteArrayInputStream(document.getBytes(UTF_8)), Request.class)
                        .key()
                        .bytes());
    }

    @Test
    void readsLongValuesAndWhatFollowsThem() throws IOException {
        String value = "0123456789".repeat(2_000);
        Request request = JSON.readValue("{\"key\":\"" + value + "\",\"name\":\"after\"}", Request.class);
        assertArrayEquals(value.getBytes(UTF_8), request.key().bytes());
        assertEquals("after", request.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "424242",
                "true",
                "[\"canary\"]",
                "{\"canary\":1}",
                "\"canary\\u0000\"",
                "\"canary\\n\"",
                "\"canary\\u007f\"",
                "\"canary\\ud800\"",
                "\"canary\\udc00x\"",
                "\"canary\\u0085\""
            })
    void refusesEverythingElseWithoutQuotingIt(String json) {
        JsonMappingException refusal = assertThrows(
                JsonMappingException.class,
                () -> JSON.readValue("{\"name\":\"n\",\"key\":" + json + "}", Request.class));
        assertFalse(String.valueOf(refusal.getMessage()).contains("canary"));
        assertFalse(String.valueOf(refusal.getMessage()).contains("4242"));
    }

    private static Secret secret(String value) {
        return Secret.taking(value.getBytes(UTF_8));
    }
}
