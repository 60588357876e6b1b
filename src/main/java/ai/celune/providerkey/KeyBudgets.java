package ai.celune.providerkey;

import ai.celune.web.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What keys with a budget have spent in a month; within the scope of their workspace. */
@ApplicationScoped
class KeyBudgets {
    private static final String FOLD = """
            with folded as (
                delete from provider_key_spending
                 where provider_key_id = :key and ended_at < (cast(:month as date) + interval '1 month') at time zone 'UTC'
                returning cast(date_trunc('month', ended_at at time zone 'UTC') as date) as month, tokens, cost),
            spent as (
                select b.provider_key_id,
                       case when b.month = :month then b.requests else 0 end as requests,
                       case when b.month = :month then b.tokens else 0 end
                           + coalesce((select sum(tokens) from folded where month = :month), 0) as tokens,
                       case when b.month = :month then b.cost else 0 end
                           + coalesce((select sum(cost) from folded where month = :month), 0) as cost
                  from provider_key_budget b where b.provider_key_id = :key)
            update provider_key_budget b
               set month = :month, tokens = spent.tokens, cost = spent.cost, requests = spent.requests + case
                   when (cast(:mostRequests as bigint) is null or spent.requests < :mostRequests)
                    and (cast(:mostTokens as bigint) is null or spent.tokens < :mostTokens)
                    and (cast(:mostCost as numeric) is null or spent.cost < :mostCost) then 1 else 0 end
              from spent where b.provider_key_id = spent.provider_key_id
            returning spent.requests, spent.tokens, spent.cost""";

    private final EntityManager entities;
    private final Clock clock;

    KeyBudgets(EntityManager entities, Clock clock) {
        this.entities = entities;
        this.clock = clock;
    }

    /**
     * Counts one more use, unless what is committed has used the budget up; holds the key's count until the transaction ends. Uses that have not ended
     * count as requests only: so tokens and cost can be exceeded by what is under way.
     *
     * @throws Problem {@code provider_key_budget}
     */
    void spend(UUID key, KeyRules.Budget budget) {
        entities.createNativeQuery("select 1 from provider_key_budget where provider_key_id = :key for no key update")
                .setParameter("key", key)
                .getResultList();
        Instant now = clock.instant();
        Object[] spent = (Object[]) entities.createNativeQuery(FOLD)
                .setParameter("key", key)
                .setParameter("month", month(now))
                .setParameter("mostRequests", budget.requests())
                .setParameter("mostTokens", budget.tokens())
                .setParameter("mostCost", budget.cost())
                .getSingleResult();
        Spent.of(month(now), spent).usedUp(budget).ifPresent(what -> {
            throw new Problem(
                    ProviderKeyErrors.BUDGET_SPENT,
                    "its " + what + " of this month; the next begins "
                            + month(now).plusMonths(1));
        });
    }

    /** What is spent of the key's budget in this month; empty when it has none. */
    Optional<Spent> spent(UUID key) {
        LocalDate month = month(clock.instant());
        List<?> rows = entities.createNativeQuery("""
                        select case when month = :month then requests else 0 end,
                               case when month = :month then tokens else 0 end + coalesce(
                                   (select sum(tokens) from provider_key_spending where provider_key_id = :key
                                       and date_trunc('month', ended_at at time zone 'UTC') = :month), 0),
                               case when month = :month then cost else 0 end + coalesce(
                                   (select sum(cost) from provider_key_spending where provider_key_id = :key
                                       and date_trunc('month', ended_at at time zone 'UTC') = :month), 0)
                          from provider_key_budget where provider_key_id = :key""")
                .setParameter("key", key)
                .setParameter("month", month)
                .getResultList();
        return rows.stream().map(row -> Spent.of(month, (Object[]) row)).findFirst();
    }

    /** From now on the key has a budget: what its uses in this month have come to is spent already. */
    void open(UUID key) {
        entities.createNativeQuery("""
                        insert into provider_key_budget
                        select :key, app_workspace_id(), :month, count(*),
                               coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0), coalesce(sum(cost), 0)
                          from provider_key_use
                         where workspace_id = app_workspace_id() and provider_key_id = :key and ended_at >= :from
                        on conflict (provider_key_id) do nothing""")
                .setParameter("key", key)
                .setParameter("month", month(clock.instant()))
                .setParameter("from", month(clock.instant()).atStartOfDay().toInstant(ZoneOffset.UTC))
                .executeUpdate();
    }

    /** The key has no budget any more. */
    void close(UUID key) {
        for (String table : List.of("provider_key_spending", "provider_key_budget")) {
            entities.createNativeQuery("delete from " + table + " where provider_key_id = :key")
                    .setParameter("key", key)
                    .executeUpdate();
        }
    }

    private static LocalDate month(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC).withDayOfMonth(1);
    }
}
