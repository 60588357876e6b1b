package ai.celune.web;

/**
 * A kind of refusal that clients can rely on (G5). Features declare theirs as constants; docs/errors.md has one anchor for each.
 *
 * @param status HTTP status
 * @param code stable, lower_snake_case
 * @param title one public sentence
 */
public record ErrorCode(int status, String code, String title) {
    public static final ErrorCode INVALID_REQUEST =
            new ErrorCode(400, "invalid_request", "The request is not well-formed.");
    public static final ErrorCode AMBIGUOUS_CREDENTIALS =
            new ErrorCode(400, "ambiguous_credentials", "Send exactly one credential.");
    public static final ErrorCode UNAUTHENTICATED =
            new ErrorCode(401, "unauthenticated", "A valid credential is required.");
    public static final ErrorCode PERMISSION_DENIED =
            new ErrorCode(403, "permission_denied", "The caller lacks a permission.");
    public static final ErrorCode CROSS_SITE_REQUEST =
            new ErrorCode(403, "cross_site_request", "A write with the session cookie must come from this origin.");
    public static final ErrorCode NOT_FOUND = new ErrorCode(404, "not_found", "There is no such resource.");
    public static final ErrorCode METHOD_NOT_ALLOWED =
            new ErrorCode(405, "method_not_allowed", "The resource does not know this method.");
    public static final ErrorCode NOT_ACCEPTABLE =
            new ErrorCode(406, "not_acceptable", "The answer has no such media type.");
    public static final ErrorCode REQUEST_TIMEOUT =
            new ErrorCode(408, "request_timeout", "The request body did not come in time.");
    public static final ErrorCode CONFLICT =
            new ErrorCode(409, "conflict", "The change contradicts another one made at the same time.");
    public static final ErrorCode QUOTA_EXCEEDED =
            new ErrorCode(409, "quota_exceeded", "The workspace has as many of these as it may have.");
    public static final ErrorCode PRECONDITION_FAILED =
            new ErrorCode(412, "precondition_failed", "The resource has changed since it was read.");
    public static final ErrorCode BODY_TOO_LARGE =
            new ErrorCode(413, "body_too_large", "The request body is too large.");
    public static final ErrorCode UNSUPPORTED_MEDIA_TYPE =
            new ErrorCode(415, "unsupported_media_type", "The request body has another media type than expected.");
    public static final ErrorCode RATE_LIMITED =
            new ErrorCode(429, "rate_limited", "Too many requests; try again later.");
    public static final ErrorCode INTERNAL_ERROR =
            new ErrorCode(500, "internal_error", "Something went wrong on our side.");
    public static final ErrorCode SECRET_INTEGRITY =
            new ErrorCode(500, "secret_integrity", "A stored secret failed its integrity check.");
    public static final ErrorCode SECRET_SHREDDED = new ErrorCode(410, "secret_shredded", "The secret was destroyed.");
    public static final ErrorCode SECRET_STORE_UNAVAILABLE =
            new ErrorCode(503, "secret_store_unavailable", "The secret store does not answer.");
    public static final ErrorCode DATABASE_UNAVAILABLE =
            new ErrorCode(503, "database_unavailable", "The database does not answer.");
    public static final ErrorCode AUDIT_UNAVAILABLE =
            new ErrorCode(503, "audit_unavailable", "The audit log cannot be written, so nothing was done.");
    public static final ErrorCode OVERLOADED =
            new ErrorCode(503, "overloaded", "Too much of this work at once; try again shortly.");
}
