package ai.celune.providerkey;

import ai.celune.provider.ModelPattern;
import ai.celune.provider.Prices;
import ai.celune.web.Problem;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * What a provider key may be used for. What is null is not restricted.
 *
 * @param models names, or beginnings of names and {@code *}; every model that a request names must be one of them
 * @param paths what the path of a request must begin with
 * @param budget for a calendar month in UTC
 * @param disabledUntil the key is not used before then
 * @param priority among several keys of a provider that fit: the lowest that may be used is, and the next where the provider answers 401, 429 or 5xx
 * @param onAbort {@code stop} to stop the provider when the caller leaves, as unless told; {@code drain} to read its answer to the end, for its count of tokens
 */
@Embeddable
record KeyRules(
        @Nullable
        @Size(min = 1, max = 100)
        @JdbcTypeCode(SqlTypes.ARRAY)
        @Column(name = "allowed_models", columnDefinition = "text[]")
        List<@NotNull @Pattern(regexp = ModelPattern.SYNTAX) String> models,

        @Nullable
        @Size(min = 1, max = 100)
        @JdbcTypeCode(SqlTypes.ARRAY)
        @Column(name = "allowed_paths", columnDefinition = "text[]")
        List<@NotNull @Pattern(regexp = "/[A-Za-z0-9._~!$&'()*+,:=@/-]{0,255}") String> paths,

        @Nullable @Valid @Embedded Budget budget,
        @Nullable @Column(name = "disabled_until") Instant disabledUntil,
        @Nullable @Min(1) @Max(1000) Integer priority,

        @Nullable @Pattern(regexp = "stop|drain") @Column(name = "on_abort")
        String onAbort) {
    static final KeyRules NONE = new KeyRules(null, null, null, null, null, null);

    /**
     * The most that a month's uses may come to.
     *
     * @param requests uses that have begun
     * @param tokens read and written, as the provider has told
     * @param cost in the currency of the operator's table of prices
     */
    @Embeddable
    record Budget(
            @Nullable @Positive @Column(name = "budget_requests")
            Long requests,

            @Nullable @Positive @Column(name = "budget_tokens")
            Long tokens,

            @Nullable @Positive @Digits(integer = 9, fraction = 2) @Column(name = "budget_cost")
            BigDecimal cost) {
        boolean isEmpty() {
            return requests == null && tokens == null && cost == null;
        }
    }

    boolean drains() {
        return "drain".equals(onAbort);
    }

    boolean hasBudget() {
        return budget != null && !budget.isEmpty();
    }

    private boolean limitsCost() {
        return budget != null && budget.cost() != null;
    }

    /**
     * Lets a request pass, as far as it needs no count.
     *
     * @throws Problem that says which rule does not
     */
    void require(KeyRequest wanted, Prices prices, Instant now) {
        if (disabledUntil != null && disabledUntil.isAfter(now)) {
            throw new Problem(ProviderKeyErrors.DISABLED, "until " + disabledUntil);
        }
        if (paths != null && paths.stream().noneMatch(wanted.path()::startsWith)) {
            throw new Problem(ProviderKeyErrors.PATH_NOT_ALLOWED, "allowed are " + String.join(", ", paths));
        }
        if (models == null && !limitsCost()) {
            return;
        }
        List<String> named = wanted.models().named();
        if (named == null) {
            throw new Problem(
                    ProviderKeyErrors.MODEL_NOT_ALLOWED,
                    "the request names no model where one can be read: in its path, or in JSON that is not too long");
        }
        for (String model : named) {
            if (models != null && models.stream().noneMatch(pattern -> ModelPattern.matches(pattern, model))) {
                throw new Problem(ProviderKeyErrors.MODEL_NOT_ALLOWED, "allowed are " + String.join(", ", models));
            }
            if (limitsCost() && !prices.knows(wanted.provider().name(), model, now)) {
                throw new Problem(
                        ProviderKeyErrors.MODEL_NOT_ALLOWED, "the model has no price, and the budget is one of money");
            }
        }
    }
}
