package ai.celune.identity.oidc;

import ai.celune.web.ErrorCode;

/** Refusals of sign-in at an identity provider. */
public final class OidcErrors {
    public static final ErrorCode SIGN_IN_REFUSED = new ErrorCode(
            403, "sign_in_refused", "The identity provider knows the person, and nothing here lets them in.");
    public static final ErrorCode GROUP_OVERAGE =
            new ErrorCode(403, "group_overage", "The person is in more groups than the identity provider tells.");
    public static final ErrorCode UNAVAILABLE =
            new ErrorCode(503, "identity_provider_unavailable", "The identity provider does not answer.");

    private OidcErrors() {}
}
