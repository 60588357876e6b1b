package ai.celune.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a sign-in gives.
 *
 * @param accessToken JWT for the Authorization header
 * @param refreshToken good for one refresh
 * @param expiresIn seconds the access token lives
 * @param workspaceId the session's workspace; null for a person without one
 */
public record Tokens(
        String accessToken,
        String refreshToken,
        long expiresIn,
        @Nullable UUID workspaceId) {
    @Override
    public String toString() {
        return "Tokens[workspaceId=" + workspaceId + "]";
    }
}
