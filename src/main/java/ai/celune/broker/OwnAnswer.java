package ai.celune.broker;

import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/** What a provider answered to a call of Celune's own, without the secret in it. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record OwnAnswer(int status, MultiMap headers, byte[] body) {
    /** The first field of that name; null without one. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }
}
