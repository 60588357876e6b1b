package ai.celune.providerkey;

import ai.celune.crypto.Binding;
import ai.celune.provider.Provider;
import java.util.UUID;

/**
 * A provider key picked for one broker call whose use is committed to the audit log. Holds the sealed value only.
 *
 * @param use names this use in the log
 */
public record UsableKey(
        UUID id,
        UUID use,
        UUID workspace,
        Provider provider,
        String baseUrl,
        Provider.Position position,
        String sealed,
        Binding binding) {}
