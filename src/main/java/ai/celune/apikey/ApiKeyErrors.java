package ai.celune.apikey;

import ai.celune.web.ErrorCode;

/** Refusals about API keys. */
public final class ApiKeyErrors {
    public static final ErrorCode SCOPE_NOT_HELD =
            new ErrorCode(403, "scope_not_held", "Nobody gives a key more rights than they have.");

    private ApiKeyErrors() {}
}
