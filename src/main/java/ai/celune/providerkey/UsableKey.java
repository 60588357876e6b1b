package ai.celune.providerkey;

import ai.celune.crypto.Binding;
import ai.celune.provider.Provider;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A provider key picked for one broker call whose use is committed to the audit log. Holds the sealed value only.
 *
 * @param use names this use in the log
 * @param model that the request names; null when nothing asks for it
 * @param hasNext whether another key would be taken in its place
 * @param drains whether an answer is read to its end when the caller has left
 */
public record UsableKey(
        UUID id,
        UUID use,
        UUID workspace,
        Provider provider,
        String baseUrl,
        Provider.Position position,
        String sealed,
        Binding binding,
        @Nullable String model,
        boolean hasNext,
        boolean drains) {}
