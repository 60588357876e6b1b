package ai.celune.providerkey;

import ai.celune.audit.AuditEvent;
import ai.celune.audit.Event;
import ai.celune.audit.Outcome;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Life and use of provider keys as audit events (R31). */
@RegisterForReflection
public interface ProviderKeyEvents {
    /** {@code host} is where the key may be sent. */
    @Event(value = "provider_key.created", target = "provider_key")
    record Created(UUID target, String provider, String host, String fingerprint) implements AuditEvent {}

    @Event(value = "provider_key.value_replaced", target = "provider_key")
    record ValueReplaced(UUID target, int valueVersion, String fingerprintBefore, String fingerprintAfter)
            implements AuditEvent {}

    @Event(value = "provider_key.deleted", target = "provider_key")
    record Deleted(UUID target, String provider) implements AuditEvent {}

    /** The workspace says itself how the provider treats data (R73); the uses that rest on it name {@code attested:<version>}. */
    @Event(value = "provider_key.attested", target = "provider_key")
    record Attested(UUID target, int version, boolean trains, int retentionDays, String region, Instant until)
            implements AuditEvent {}

    /** What the key may be used for from now on; what is not restricted is left out. */
    @Event(value = "provider_key.rules_set", target = "provider_key")
    record RulesSet(
            UUID target,
            @Nullable List<String> models,
            @Nullable List<String> paths,
            @Nullable Long monthlyRequests,
            @Nullable Long monthlyTokens,
            @Nullable String monthlyCost,
            @Nullable Instant disabledUntil,
            @Nullable Integer priority,
            @Nullable String onAbort)
            implements AuditEvent {
        static RulesSet of(UUID key, KeyRules rules) {
            KeyRules.Budget budget = rules.budget();
            return new RulesSet(
                    key,
                    rules.models(),
                    rules.paths(),
                    budget == null ? null : budget.requests(),
                    budget == null ? null : budget.tokens(),
                    budget == null || budget.cost() == null
                            ? null
                            : budget.cost().toPlainString(),
                    rules.disabledUntil(),
                    rules.priority(),
                    rules.onAbort());
        }
    }

    /** Last characters and fingerprints were shown, which are Confidential (R33). */
    @Event(value = "data.read", target = "collection")
    record KeysRead(String target, int count) implements AuditEvent {}

    /** As {@link KeysRead}, of one. */
    @Event(value = "data.read", target = "provider_key")
    record KeyRead(UUID target) implements AuditEvent {}

    /** Committed before the first byte leaves; {@code use} names this use, {@code policy} the record of how the provider treats data. */
    @Event(value = "provider_key.used", target = "provider_key")
    record Used(
            UUID target,
            UUID use,
            String provider,
            String policy,
            int valueVersion,
            String method,
            String host,
            String path)
            implements AuditEvent {}

    /**
     * How a use ended; {@code cause} says why when it did not end well. What is not known is null.
     *
     * @param model as the answer or the path names it
     * @param inputTokens as the answer told, as far as it came
     * @param cost of these tokens by the operator's table of prices
     * @param lowerBound true when the call was broken off after something had been sent: the provider may have counted more
     */
    @Event(value = "provider_key.use_completed", target = "provider_key")
    record UseCompleted(
            UUID target,
            UUID use,
            Outcome outcome,
            @Nullable Integer status,
            @Nullable String cause,
            @Nullable Long bytesIn,
            @Nullable Long bytesOut,
            @Nullable String model,
            @Nullable Long inputTokens,
            @Nullable Long outputTokens,
            @Nullable String cost,
            @Nullable Boolean lowerBound,
            @Nullable Long durationMillis)
            implements AuditEvent {
        /** The process that made the call is gone; the provider may have answered or not. */
        static UseCompleted unknown(UUID target, UUID use) {
            return new UseCompleted(
                    target,
                    use,
                    Outcome.FAILED,
                    null,
                    "outcome_unknown",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /** The provider was asked whether the key is valid; null when its answer told nothing. */
    @Event(value = "provider_key.checked", target = "provider_key")
    record Checked(UUID target, @Nullable Boolean valid, int status) implements AuditEvent {}

    /** A sealed value failed its integrity check; the key is out of use. */
    @Event(value = "secret.integrity_failed", target = "provider_key", outcome = Outcome.FAILED)
    record IntegrityFailed(UUID target, int valueVersion) implements AuditEvent {}
}
