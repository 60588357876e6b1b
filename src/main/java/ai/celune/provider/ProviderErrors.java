package ai.celune.provider;

import ai.celune.web.ErrorCode;

/** Refusals about providers. */
public final class ProviderErrors {
    public static final ErrorCode NOT_APPROVED =
            new ErrorCode(403, "vendor_not_approved", "The platform operator has not approved this provider.");
    public static final ErrorCode POLICY = new ErrorCode(
            403, "provider_policy", "How this provider treats data is unknown, out of date, or includes training.");

    private ProviderErrors() {}
}
