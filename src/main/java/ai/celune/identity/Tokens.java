package ai.celune.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a sign-in gives. To a browser with the session cookie it gives a new cookie, and no tokens that scripts could read.
 *
 * @param accessToken JWT for the Authorization header; null when the session is in the cookie
 * @param refreshToken good for one refresh; null when the session is in the cookie
 * @param expiresIn seconds the access token lives; 0 without one
 * @param workspaceId the session's workspace; null for a person without one
 */
public record Tokens(
        @Nullable String accessToken,
        @Nullable String refreshToken,
        long expiresIn,
        @Nullable UUID workspaceId) {
    static Tokens inCookie(@Nullable UUID workspaceId) {
        return new Tokens(null, null, 0, workspaceId);
    }

    @Override
    public String toString() {
        return "Tokens[workspaceId=" + workspaceId + "]";
    }
}
