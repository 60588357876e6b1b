package ai.celune.crypto.vault;

import ai.celune.crypto.Secret;
import ai.celune.crypto.SecretIntegrityException;
import ai.celune.crypto.SecretKeyMissingException;
import ai.celune.crypto.SecretStoreUnavailableException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.vault.client.common.VaultResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the transit engine answered. Whatever is not an answer is an unavailable store. */
final class TransitAnswers {
    private static final JsonMapper JSON = new JsonMapper();

    private TransitAnswers() {}

    /** What Vault's words for a 400 mean; its API has no codes for them. */
    static Optional<RuntimeException> refusal(List<String> errors) {
        String said = String.join("; ", errors);
        if (said.contains("key not found") || said.contains("no existing key")) {
            return Optional.of(new SecretKeyMissingException());
        }
        boolean unauthentic = Stream.of("message authentication failed", "invalid ciphertext", "disallowed by policy")
                .anyMatch(said::contains);
        return unauthentic ? Optional.of(new SecretIntegrityException()) : Optional.empty();
    }

    static String text(VaultResponse<Void> answer, String field) {
        JsonNode value = tree(answer).path("data").path(field);
        if (!value.isTextual()) {
            throw nonsense();
        }
        return value.textValue();
    }

    static int number(VaultResponse<Void> answer, String field) {
        JsonNode value = tree(answer).path("data").path(field);
        if (!value.isInt()) {
            throw nonsense();
        }
        return value.intValue();
    }

    /** Answers are matched by the reference that each item carries, not by their order. */
    static List<@Nullable String> results(VaultResponse<Void> answer, int size) {
        JsonNode tree = tree(answer);
        if (tree.has("errors")) {
            throw refusal(tree.path("errors")
                            .valueStream()
                            .map(JsonNode::asText)
                            .toList())
                    .orElseGet(TransitAnswers::nonsense);
        }
        SortedMap<Integer, @Nullable String> results = new TreeMap<>();
        for (JsonNode result : tree.path("data").path("batch_results")) {
            results.put(result.path("reference").asInt(-1), result(result));
        }
        if (results.size() != size || results.firstKey() != 0 || results.lastKey() != size - 1) {
            throw nonsense();
        }
        return new ArrayList<>(results.values());
    }

    private static @Nullable String result(JsonNode result) {
        if (!result.hasNonNull("error")) {
            return result.path("ciphertext").asText();
        }
        RuntimeException refused =
                refusal(List.of(result.path("error").asText())).orElseGet(TransitAnswers::nonsense);
        if (refused instanceof SecretIntegrityException) {
            return null;
        }
        throw refused;
    }

    private static JsonNode tree(VaultResponse<Void> answer) {
        try {
            JsonNode tree = JSON.readTree(answer.getBody().orElse(new byte[0]));
            return tree == null ? JSON.missingNode() : tree;
        } catch (IOException _) {
            throw nonsense();
        }
    }

    /** Lets the parser find the value and decodes its bytes where they stand; base64 knows no escapes. */
    static Secret plaintext(byte[] answer) {
        try (JsonParser parser = JSON.createParser(answer)) {
            if (parser.nextToken() == JsonToken.START_OBJECT && find(parser, "data") && find(parser, "plaintext")) {
                int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
                int end = start;
                while (answer[end] != '"') {
                    end++;
                }
                byte[] encoded = Arrays.copyOfRange(answer, start, end);
                try {
                    return Secret.taking(Base64.getDecoder().decode(encoded));
                } finally {
                    Arrays.fill(encoded, (byte) 0);
                }
            }
            throw nonsense();
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
            throw nonsense();
        }
    }

    /** Stands on the value of a field of the object whose start was read last. */
    private static boolean find(JsonParser parser, String field) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = parser.currentName().equals(field);
            JsonToken value = parser.nextToken();
            if (found) {
                return value == JsonToken.START_OBJECT || value == JsonToken.VALUE_STRING;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static SecretStoreUnavailableException nonsense() {
        return new SecretStoreUnavailableException("Vault's answer is not one", null);
    }
}
