package ai.celune.broker;

import ai.celune.web.ErrorCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that Celune makes itself with a stored secret.
 *
 * @param target path and query; not sent when the secret is the target
 * @param headers fields besides the credential
 * @param body of a POST; null for a GET
 * @param mostAnswer bytes of the answer's body that are taken; 0 when its status is enough
 * @param ended what the caller hears when the secret or the caller's own credential ends meanwhile
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record OwnCall(
        String target, Map<String, String> headers, byte @Nullable [] body, int mostAnswer, ErrorCode ended) {
    /** One whose status is enough. */
    static OwnCall forStatus(String target, Map<String, String> headers, ErrorCode ended) {
        return new OwnCall(target, headers, null, 0, ended);
    }
}
