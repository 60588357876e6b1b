package ai.celune.apikey;

import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RefusedCredential;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;

/** Tells a service of the workspace about a key that was shown to it. As strict as our own door: revoked is revoked with the next question (R28). */
@ApplicationScoped
class Verification {
    private final ApiKeyLookup lookup;
    private final CurrentRequest request;

    Verification(ApiKeyLookup lookup, CurrentRequest request) {
        this.lookup = lookup;
        this.request = request;
    }

    VerifiedApiKey verify(VerifyApiKey shown) {
        try (var secret = shown.key()) {
            return ApiKeyToken.parse(StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(secret.bytes())))
                    .flatMap(token -> find(token, shown))
                    .filter(actor ->
                            actor.workspace().equals(request.requireActor().workspaceId()))
                    .map(VerifiedApiKey::of)
                    .orElse(VerifiedApiKey.INVALID);
        }
    }

    private Optional<Actor> find(ApiKeyToken token, VerifyApiKey shown) {
        try (token) {
            return lookup.find(token, shown.address());
        } catch (RefusedCredential e) {
            return Optional.empty();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
