package ai.celune.tour;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the steps learn and hand on. A field is set by the step that is named beside it. */
final class World {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Http http;
    final List<String> accessCodes;
    /** Null when a real provider is called, whose inner facts cannot be checked. */
    final @Nullable StandIn standIn;

    final String providerKey;
    final String email = "tour-" + random(6) + "@example.com";
    final String password = random(16);

    String workspaceId = ""; // sign-up
    String token = ""; // sign-in
    String serviceAccountId = ""; // api-key
    String providerKeyId = ""; // provider-key
    ApiKey agent = new ApiKey("", ""); // provider-key

    /** A key as its creator saw it, once. */
    record ApiKey(String id, String key) {
        @Override
        public String toString() {
            return "ApiKey[…]";
        }
    }

    World(Http http, List<String> accessCodes, @Nullable StandIn standIn, @Nullable String realProviderKey) {
        this.http = http;
        this.accessCodes = accessCodes;
        this.standIn = standIn;
        this.providerKey = realProviderKey != null ? realProviderKey : "sk-tour-" + random(24);
    }

    /** A new key of the tour's service account, able to use the given provider keys. */
    ApiKey createApiKey(String name, List<String> scopes, List<String> bindings) {
        ObjectNode body = object().put("name", name).put("serviceAccountId", serviceAccountId);
        scopes.forEach(body.putArray("scopes")::add);
        bindings.forEach(body.putArray("bindings")::add);
        Reply created = http.post("/v1/api-keys", token, body).expect(201);
        return new ApiKey(created.required("id"), created.required("key"));
    }

    static ObjectNode chat(String model, boolean stream) {
        ObjectNode body = object().put("model", model).put("stream", stream);
        body.putArray("messages").addObject().put("role", "user").put("content", "Say hello and count to one hundred.");
        return body;
    }

    String model() {
        return standIn == null ? "gpt-4o-mini" : "stand-in";
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static String random(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
