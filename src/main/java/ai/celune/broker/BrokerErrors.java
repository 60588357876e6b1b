package ai.celune.broker;

import ai.celune.web.ErrorCode;

/** Refusals of the broker itself; what a provider answers is passed on as it is. */
public final class BrokerErrors {
    public static final ErrorCode UNREACHABLE =
            new ErrorCode(502, "provider_unreachable", "The provider could not be reached, or broke the call off.");
    public static final ErrorCode ADDRESS_REFUSED =
            new ErrorCode(502, "provider_address_refused", "The provider's address may not be called.");
    public static final ErrorCode ANSWER_REFUSED =
            new ErrorCode(502, "provider_answer_refused", "The provider's answer cannot be passed on safely.");
    public static final ErrorCode TIMEOUT =
            new ErrorCode(504, "provider_timeout", "The provider did not answer in time.");

    public static final ErrorCode CHECK_NOT_SUPPORTED = new ErrorCode(
            422, "check_not_supported", "There is no call that tells whether keys of this provider work.");

    private BrokerErrors() {}
}
