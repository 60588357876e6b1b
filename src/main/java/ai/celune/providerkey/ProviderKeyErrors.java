package ai.celune.providerkey;

import ai.celune.web.ErrorCode;

/** Refusals about provider keys. */
public final class ProviderKeyErrors {
    public static final ErrorCode MISSING =
            new ErrorCode(409, "provider_key_missing", "No key of this provider may be used by the caller.");
    public static final ErrorCode AMBIGUOUS = new ErrorCode(
            400, "provider_key_ambiguous", "Several keys fit; name one in the Celune-Provider-Key header.");

    private ProviderKeyErrors() {}
}
