package ai.celune.apikey;

import ai.celune.apikey.workload.WorkloadIssuer;
import ai.celune.apikey.workload.WorkloadTokens;
import ai.celune.security.Actor;
import ai.celune.security.CurrentRequest;
import ai.celune.security.RefusedCredential;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells a service of the workspace about a key that was shown to it. As strict as our own door: revoked is revoked with the next question (R28). */
@ApplicationScoped
class Verification {
    private final ApiKeyLookup lookup;
    private final WorkloadTokens tokens;
    private final CurrentRequest request;

    Verification(ApiKeyLookup lookup, WorkloadTokens tokens, CurrentRequest request) {
        this.lookup = lookup;
        this.tokens = tokens;
        this.request = request;
    }

    VerifiedApiKey verify(VerifyApiKey shown) {
        try (var secret = shown.key()) {
            return find(StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(secret.bytes())), shown.address())
                    .filter(actor ->
                            actor.workspace().equals(request.requireActor().workspaceId()))
                    .map(VerifiedApiKey::of)
                    .orElse(VerifiedApiKey.INVALID);
        }
    }

    private Optional<Actor> find(CharSequence key, @Nullable String address) {
        try (ApiKeyToken token = ApiKeyToken.parse(key).orElse(null)) {
            return token == null ? ofWorkload(key.toString(), address) : lookup.find(token, address);
        } catch (RefusedCredential e) {
            return Optional.empty();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private Optional<Actor> ofWorkload(String token, @Nullable String address) throws SQLException {
        WorkloadIssuer issuer = tokens.issuer(token).orElse(null);
        return issuer == null ? Optional.empty() : lookup.find(issuer, token, address);
    }
}
