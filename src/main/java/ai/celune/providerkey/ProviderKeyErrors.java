package ai.celune.providerkey;

import ai.celune.web.ErrorCode;

/** Refusals about provider keys. */
public final class ProviderKeyErrors {
    public static final ErrorCode MISSING =
            new ErrorCode(409, "provider_key_missing", "No key of this provider may be used by the caller.");
    public static final ErrorCode AMBIGUOUS = new ErrorCode(
            400, "provider_key_ambiguous", "Several keys fit; name one in the Celune-Provider-Key header.");

    public static final ErrorCode DISABLED =
            new ErrorCode(403, "provider_key_disabled", "The provider key is not used for now.");
    public static final ErrorCode PATH_NOT_ALLOWED =
            new ErrorCode(403, "provider_key_path", "The provider key's rules do not allow this path.");
    public static final ErrorCode MODEL_NOT_ALLOWED =
            new ErrorCode(403, "provider_key_model", "The provider key's rules do not allow this model.");
    public static final ErrorCode BUDGET_SPENT =
            new ErrorCode(403, "provider_key_budget", "The provider key's budget is used up.");

    private ProviderKeyErrors() {}
}
