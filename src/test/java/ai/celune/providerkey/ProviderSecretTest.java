package ai.celune.providerkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Secret;
import ai.celune.support.Fuzz;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is kept as a provider's key can stand in a header field. */
class ProviderSecretTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void aKeyHasEightToEightThousandCharacters() {
        assertFalse(isValid("x".repeat(7)));
        assertTrue(isValid("x".repeat(8)));
        assertTrue(isValid("x".repeat(8192)));
        assertFalse(isValid("x".repeat(8193)));
        assertTrue(isValid((String) null));
    }

    @Test
    void aKeyIsVisibleAscii() {
        for (char c = 0; c < 300; c++) {
            assertEquals(c > ' ' && c < 127, isValid("sk-0123" + c + "9"), "character " + (int) c);
        }
    }

    @Test
    void aChangedKeyIsTakenExactlyWhenAHeaderCanCarryIt() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like("sk-proj-0123456789");
            boolean carried = text.matches("[!-~]{8,8192}");
            String document = JSON.writeValueAsString(text);
            if (text.chars().anyMatch(Character::isISOControl)
                    || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                assertThrows(JsonProcessingException.class, () -> JSON.readValue(document, Secret.class));
            } else {
                try (Secret secret = JSON.readValue(document, Secret.class)) {
                    assertEquals(carried, isValid(secret));
                }
            }
        });
    }

    private static boolean isValid(@Nullable String text) {
        return isValid(text == null ? null : Secret.taking(text.getBytes(StandardCharsets.UTF_8)));
    }

    @SuppressWarnings("NullAway") // the context is for messages, which the validator has none of
    private static boolean isValid(@Nullable Secret secret) {
        return new ProviderSecret.Validator().isValid(secret, null);
    }
}
