package ai.celune.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.crypto.Digest;
import ai.celune.support.Fuzz;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When two requests with one key are the same request. */
class SentRequestTest {
    private static final String KEY = "0123456789abcdef";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456789abcde",
                "0123456789 abcdef",
                "0123456789abcdef\n",
                "0123456789abcdeé",
                "\u007f123456789abcdef"
            })
    void aKeyIsSixteenToTwoHundredAndFiftyFiveVisibleCharacters(String other) {
        assertTrue(SentRequest.isKey(KEY));
        assertTrue(SentRequest.isKey("!~".repeat(127) + "x"));
        assertFalse(SentRequest.isKey("x".repeat(256)));
        assertFalse(SentRequest.isKey(other));
    }

    @Test
    void aChangedKeyIsRefusedOrCanStandInAHeader() {
        Fuzz.rounds(5_000, fuzz -> {
            String text = fuzz.like(KEY);
            assertEquals(
                    text.length() >= 16 && text.length() <= 255 && text.chars().allMatch(c -> c > ' ' && c < 127),
                    SentRequest.isKey(text));
        });
    }

    /** Computed by another program: a deployment must know the keys of the one before. */
    @Test
    void keyAndFingerprintAreWhatTheyWere() {
        SentRequest request = request("POST /v1/api-keys", null, "application/json", "{}");
        assertEquals(
                "c049caf15c58d0d41467d86c55b0b55cb1aa02d1fcbf89c9b2623f9ea9ba47ac",
                HexFormat.of().formatHex(request.keyHash(KEY)));
        assertEquals("5bc3466dfdd04a35ba8157e59bf5b422d6dc5deb31331f82506156f1f29a9aa6", fingerprint(request));
    }

    @Test
    void parametersOfTheMediaTypeDoNotCount() {
        String plain = fingerprint(request("POST /v1/x", null, "application/json", "{}"));
        assertEquals(plain, fingerprint(request("POST /v1/x", null, " application/json ; charset=utf-8;q", "{}")));
        assertEquals(
                fingerprint(request("POST /v1/x", "", "", "{}")), fingerprint(request("POST /v1/x", null, null, "{}")));
    }

    @Test
    void everythingElseCounts() {
        Set<String> seen = new HashSet<>();
        for (String route : List.of("POST /v1/x", "PUT /v1/x", "POST /v1/xq")) {
            for (String query : List.of("", "q", "a=1&b=2")) {
                for (String type : List.of("", "application/json", "application/merge-patch+json")) {
                    for (String body : List.of("", "{}", "{\"a\":1}")) {
                        assertTrue(seen.add(fingerprint(request(route, query, type, body))));
                    }
                }
            }
        }
    }

    @Test
    void theSameKeyOnAnotherRouteIsAnotherOne() {
        assertNotEquals(
                HexFormat.of().formatHex(request("POST /v1/x", null, null, "").keyHash("y" + KEY)),
                HexFormat.of().formatHex(request("POST /v1/xy", null, null, "").keyHash(KEY)));
    }

    private static String fingerprint(SentRequest request) {
        return HexFormat.of().formatHex(request.fingerprint());
    }

    private static SentRequest request(
            String route, @Nullable String query, @Nullable String contentType, String body) {
        return new SentRequest(route, query, contentType, Digest.sha256(body.getBytes(UTF_8)));
    }
}
