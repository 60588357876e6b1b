package ai.celune.providerkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Reply;
import ai.celune.support.Rows;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider key goes in and never comes out (cases 18, 19). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ProviderKeyResourceTest {
    private static final String VALUE = "sk-canary-0123456789-wxyz";

    private final Actors actors = new Actors();

    @Test
    void noAnswerAndNoRowHoldsTheValue() {
        Reply created = create(owner(), VALUE).require(201);
        UUID id = created.id();
        Reply replaced = replace(id, VALUE + "2").require(200);
        for (Reply answer : List.of(
                created,
                replaced,
                Api.get("/v1/provider-keys/" + id, owner()),
                Api.get("/v1/provider-keys", owner()),
                Api.get("/v1/audit/events", owner()))) {
            assertFalse(answer.text().contains("canary"), answer.toString());
            assertFalse(answer.text().contains("ring:"), answer.toString());
        }
        String row = Rows.one("select to_jsonb(p)::text from provider_key p where id = ?", id);
        assertFalse(row.contains("canary"), row);
        assertTrue(row.contains("\"ring:v1:"), row);
        assertEquals("0", Rows.one("select count(*) from audit_event where position('canary'::bytea in bytes) > 0"));
    }

    @Test
    void theLastFourAreShownOfLongValuesOnly() {
        assertEquals("wxyz", create(owner(), VALUE).field("last4"));
        assertEquals("9abc", create(owner(), "123456789abc").field("last4"));
        Reply shorter = create(owner(), "123456789ab").require(201);
        assertTrue(shorter.json().path("last4").isNull(), shorter.toString());
    }

    @Test
    void equalValuesHaveEqualFingerprintsInOneWorkspaceOnly() {
        String first = create(owner(), VALUE).field("fingerprint");
        assertEquals(first, create(owner(), VALUE).field("fingerprint"));
        assertNotEquals(first, create(owner(), VALUE + "2").field("fingerprint"));
        assertNotEquals(first, create(actors.stranger().token(), VALUE).field("fingerprint"));
    }

    @Test
    void parallelFirstKeysOfAWorkspaceShareOneFingerprintKey() {
        actors.owner();
        Set<String> fingerprints = Api.atOnce(8, () -> create(owner(), VALUE)).stream()
                .map(reply -> reply.require(201).field("fingerprint"))
                .collect(Collectors.toSet());
        assertEquals(1, fingerprints.size(), fingerprints.toString());
    }

    @Test
    void aNewValueIsANewVersionOfTheSameKey() {
        Reply created = create(owner(), VALUE);
        String sealed = sealed(created.id());
        Reply replaced = replace(created.id(), "sk-another-9876543210-abcd").require(200);
        assertEquals("2", replaced.field("version"));
        assertEquals("abcd", replaced.field("last4"));
        assertNotEquals(created.field("fingerprint"), replaced.field("fingerprint"));
        assertNotEquals(sealed, sealed(created.id()));
        assertEquals(created.field("createdAt"), replaced.field("createdAt"));
    }

    @Test
    void equalValuesAreSealedDifferently() {
        assertNotEquals(
                sealed(create(owner(), VALUE).id()),
                sealed(create(owner(), VALUE).id()));
    }

    @Test
    void aDeletedKeyIsGoneWithItsValue() {
        UUID id = create(owner(), VALUE).id();
        Api.delete("/v1/provider-keys/" + id, owner()).require(204);
        assertEquals(404, Api.get("/v1/provider-keys/" + id, owner()).status());
        assertEquals(404, replace(id, VALUE).status());
        assertEquals("0", Rows.one("select count(*) from provider_key where id = ?", id));
    }

    @Test
    void deletingTwiceIsLikeDeletingOnce() {
        UUID id = create(owner(), VALUE).id();
        Api.delete("/v1/provider-keys/" + id, owner()).require(204);
        Map<String, String> before = Rows.stored();
        Rows.LogMark mark = Rows.mark();
        assertEquals(204, Api.delete("/v1/provider-keys/" + id, owner()).status());
        assertEquals(Map.of(), mark.added());
        assertEquals(before, Rows.stored());
        assertEquals(
                404,
                Api.delete("/v1/provider-keys/" + id, actors.stranger().token()).status());
    }

    @Test
    void aCustomProviderNeedsTheRightToAdministerSettings() {
        String key = actors.key("provider-keys:write").token();
        assertRefused(403, "permission_denied", key, custom("https://api.example.com"));
        Reply created = Api.post("/v1/provider-keys", owner(), custom("https://api.example.com"));
        assertEquals("https://api.example.com", created.require(201).field("baseUrl"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.example.com",
                "https://169.254.169.254",
                "https://[::ffff:169.254.169.254]",
                "https://10.0.0.1",
                "https://user:password@api.example.com",
                "https://api.example.com#fragment",
                "https://api.example.com\\@evil.example",
                "ftp://api.example.com",
                "file:///etc/passwd",
                "https://0x7f000001",
                "https://api.example.com:22",
                "not a url"
            })
    void aCustomProviderLeadsNowhereButToACheckedOrigin(String url) {
        assertRefused(400, "invalid_request", owner(), custom(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "content-length",
                "Transfer-Encoding",
                "Connection",
                "TE",
                "Expect",
                "Accept-Encoding",
                "Forwarded",
                "X-Forwarded-For",
                "Proxy-Authorization",
                "Celune-Provider-Key",
                "Range"
            })
    void aCredentialCannotStandInAFieldThatDecidesAboutTheRequest(String header) {
        Map<String, Object> body = new HashMap<>(custom("https://api.example.com"));
        body.put("header", header);
        assertRefused(400, "invalid_request", owner(), body);
        assertEquals(
                "/header",
                Api.post("/v1/provider-keys", owner(), body)
                        .json()
                        .path("errors")
                        .path(0)
                        .path("pointer")
                        .asText());
    }

    @Test
    void aCredentialCanStandInAFieldOfTheProvidersOwn() {
        Map<String, Object> body = new HashMap<>(custom("https://api.example.com"));
        body.put("header", "X-Auth-Token");
        assertEquals(201, Api.post("/v1/provider-keys", owner(), body).status());
    }

    @Test
    void aCustomProviderNeedsAnAddress() {
        assertRefused(400, "invalid_request", owner(), Map.of("provider", "custom", "name", "x", "key", VALUE));
    }

    @Test
    void aListedProviderKeepsItsOwnAddress() {
        Map<String, Object> body = new HashMap<>(body(VALUE));
        body.put("baseUrl", "https://api.example.com");
        assertRefused(400, "invalid_request", owner(), body);
    }

    @Test
    void anUnknownProviderIsRefused() {
        Map<String, Object> body = new HashMap<>(body(VALUE));
        body.put("provider", "unheard-of");
        assertRefused(400, "invalid_request", owner(), body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1234567", "with a space in it", "with\nline-break", "with\ttabulator", "ümlaut-0123456789"})
    void onlyWhatCanStandInAHeaderIsKept(String value) {
        assertRefused(400, "invalid_request", owner(), body(value));
        UUID id = create(owner(), VALUE).id();
        Map<String, String> before = Rows.stored();
        assertEquals(400, replace(id, value).status());
        assertEquals(before, Rows.stored());
    }

    @Test
    void valuesEndAtEightKibibytes() {
        assertEquals(201, create(owner(), "x".repeat(8192)).status());
        assertRefused(400, "invalid_request", owner(), body("x".repeat(8193)));
    }

    @Test
    void readingDoesNotEntitleToWriting() {
        UUID id = create(owner(), VALUE).id();
        String member = actors.member().token();
        assertEquals(200, Api.get("/v1/provider-keys/" + id, member).status());
        Map<String, String> before = Rows.stored();
        for (Reply refused : List.of(
                create(member, VALUE),
                Api.put("/v1/provider-keys/" + id + "/value", member, Map.of("key", VALUE)),
                Api.delete("/v1/provider-keys/" + id, member))) {
            assertEquals("permission_denied", refused.require(403).code());
        }
        assertEquals(before, Rows.stored());
    }

    private static void assertRefused(int status, String code, String token, Object body) {
        Map<String, String> before = Rows.stored();
        Reply refused = Api.post("/v1/provider-keys", token, body);
        assertEquals(code, refused.require(status).code());
        assertFalse(refused.text().contains("canary"), refused.text());
        assertEquals(before, Rows.stored());
    }

    private String owner() {
        return actors.owner().token();
    }

    private Reply replace(UUID id, String value) {
        return Api.put("/v1/provider-keys/" + id + "/value", owner(), Map.of("key", value));
    }

    private static String sealed(UUID id) {
        return Rows.one("select sealed from provider_key where id = ?", id);
    }

    private static Map<String, Object> custom(String url) {
        return Map.of("provider", "custom", "name", "x", "key", VALUE, "baseUrl", url);
    }

    private static Map<String, Object> body(String value) {
        return Map.of("provider", "openai", "name", "x", "key", value);
    }

    private static Reply create(String token, String value) {
        return Api.post("/v1/provider-keys", token, body(value));
    }
}
