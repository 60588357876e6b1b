package ai.celune.identity.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.celune.crypto.Secret;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a provider's tokens, sealed: the ID token, which signs the person out there, and the refresh token, which asks whether they are still
 * signed in. Never the access token, which nothing needs.
 */
public record ProviderTokens(
        @Nullable String idToken, @Nullable String refreshToken) {
    public static final ProviderTokens NONE = new ProviderTokens(null, null);

    /** The same with what a refresh gave, which may be less than everything. */
    ProviderTokens replacedBy(@Nullable String newIdToken, @Nullable String newRefreshToken) {
        return new ProviderTokens(
                newIdToken == null ? idToken : newIdToken, newRefreshToken == null ? refreshToken : newRefreshToken);
    }

    public Secret bytes() {
        return Secret.taking(new JsonObject()
                .put("id", idToken)
                .put("refresh", refreshToken)
                .encode()
                .getBytes(UTF_8));
    }

    public static ProviderTokens of(Secret bytes) {
        JsonObject json = new JsonObject(new String(bytes.bytes(), UTF_8));
        return new ProviderTokens(json.getString("id"), json.getString("refresh"));
    }

    @Override
    public String toString() {
        return "ProviderTokens[…]";
    }
}
