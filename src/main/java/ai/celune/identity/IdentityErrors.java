package ai.celune.identity;

import ai.celune.web.ErrorCode;

/** Refusals of sign-up, sign-in and codes. */
public final class IdentityErrors {
    /** One answer for wrong, used, expired and revoked codes of every kind. */
    public static final ErrorCode ACCESS_CODE_INVALID =
            new ErrorCode(422, "access_code_invalid", "The code is not valid.");

    public static final ErrorCode EMAIL_TAKEN =
            new ErrorCode(409, "email_taken", "There is an account with this e-mail address.");
    public static final ErrorCode IDENTITY_TAKEN =
            new ErrorCode(409, "identity_taken", "The identity belongs to another account.");
    public static final ErrorCode LOCAL_ACCOUNTS_OFF =
            new ErrorCode(403, "local_accounts_off", "People sign in at an identity provider here.");
    public static final ErrorCode NO_PASSWORD =
            new ErrorCode(409, "no_password", "The person signs in at an identity provider and has no password.");
    public static final ErrorCode SESSION_REQUIRED =
            new ErrorCode(403, "session_required", "This operation needs the session of a person.");

    public static final ErrorCode MAIL_NOT_CONFIGURED =
            new ErrorCode(409, "mail_not_configured", "This installation sends no mail; ask its operator.");

    private IdentityErrors() {}
}
