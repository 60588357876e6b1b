package ai.celune.apikey.workload;

import ai.celune.web.ErrorCode;

/** Refusals about workloads. */
public final class WorkloadErrors {
    public static final ErrorCode ISSUER_UNAVAILABLE = new ErrorCode(
            503, "issuer_unavailable", "The keys of the issuer that signed the workload's token cannot be had.");

    private WorkloadErrors() {}
}
