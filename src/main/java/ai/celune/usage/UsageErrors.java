package ai.celune.usage;

import ai.celune.web.ErrorCode;

/** Refusals of analytics. */
public final class UsageErrors {
    public static final ErrorCode TOO_MANY_GROUPS =
            new ErrorCode(422, "too_many_groups", "The answer would have too many items.");

    private UsageErrors() {}
}
