package ai.celune.providerkey;

import ai.celune.provider.Provider;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks of a key.
 *
 * @param key that the caller names; null to take the first that fits
 * @param tried keys that are not to be taken again
 */
public record KeyRequest(
        Provider provider, @Nullable UUID key, String method, String path, Models models, Set<UUID> tried) {
    /** The models that a request names; looked for when a rule asks. */
    public interface Models {
        /** Of a request that runs none. */
        Models NONE = List::of;

        /** Empty when the request runs none; null when it may run one and none can be read. */
        @Nullable
        List<String> named();
    }
}
