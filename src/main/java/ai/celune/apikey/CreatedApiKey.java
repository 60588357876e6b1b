package ai.celune.apikey;

import ai.celune.apikey.workload.Workload;
import ai.celune.idempotency.Replayable;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A new API key, with its value this one time, or with the workload whose token stands for it.
 *
 * @param key null in a repeated answer and for a workload
 * @param secretUnavailable true in a repeated answer, absent in the first
 */
record CreatedApiKey(
        UUID id,
        @Nullable String key,
        @Nullable String prefix,
        String name,
        List<String> scopes,
        List<UUID> bindings,
        List<String> allowedAddresses,
        KeyLimits limits,
        @Nullable Workload workload,
        @Nullable UUID replaces,
        @Nullable UUID serviceAccountId,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) Boolean secretUnavailable)
        implements Replayable {

    static CreatedApiKey of(ApiKeyView view, @Nullable String key) {
        return new CreatedApiKey(
                view.id(),
                key,
                view.prefix(),
                view.name(),
                view.scopes(),
                view.bindings(),
                view.allowedAddresses(),
                view.limits(),
                view.workload(),
                view.replaces(),
                view.serviceAccountId(),
                view.createdAt(),
                view.expiresAt(),
                null);
    }

    @Override
    public Object withoutSecret() {
        return new CreatedApiKey(
                id,
                null,
                prefix,
                name,
                scopes,
                bindings,
                allowedAddresses,
                limits,
                workload,
                replaces,
                serviceAccountId,
                createdAt,
                expiresAt,
                key == null ? null : true);
    }

    @Override
    public String toString() {
        return "CreatedApiKey[" + id + "]";
    }
}
