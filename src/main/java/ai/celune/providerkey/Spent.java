package ai.celune.providerkey;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/**
 * What the uses of a key have come to in a month.
 *
 * @param month its first day, in UTC
 * @param requests uses that have begun
 * @param tokens read and written by those that have ended
 * @param cost of those that have ended and whose model has a price
 */
record Spent(LocalDate month, long requests, long tokens, BigDecimal cost) {
    static Spent of(LocalDate month, Object[] row) {
        return new Spent(
                month, ((Number) row[0]).longValue(), ((Number) row[1]).longValue(), new BigDecimal(row[2].toString()));
    }

    /** What of a budget is used up; empty while there is some of everything. */
    Optional<String> usedUp(KeyRules.Budget budget) {
        if (budget.requests() != null && requests >= budget.requests()) {
            return Optional.of("requests");
        }
        if (budget.tokens() != null && tokens >= budget.tokens()) {
            return Optional.of("tokens");
        }
        return budget.cost() != null && cost.compareTo(budget.cost()) >= 0 ? Optional.of("cost") : Optional.empty();
    }
}
