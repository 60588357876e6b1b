package ai.celune.usage;

import ai.celune.tenancy.Scope;
import ai.celune.web.Problem;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sums over the uses of a workspace. */
@ApplicationScoped
class Usages {
    static final int MOST_ITEMS = 10_000;
    private static final int MONTHS_KEPT = 18;

    private static final String SUMS = "count(*), coalesce(sum(input_tokens), 0)::bigint,"
            + " coalesce(sum(output_tokens), 0)::bigint, coalesce(sum(bytes_in), 0)::bigint,"
            + " coalesce(sum(bytes_out), 0)::bigint, coalesce(sum(duration_millis), 0)::bigint,"
            + " count(*) filter (where lower_bound), count(*) filter (where duration_millis is null)";

    private final EntityManager entities;
    private final Scope scope;
    private final Clock clock;

    Usages(EntityManager entities, Scope scope, Clock clock) {
        this.entities = entities;
        this.scope = scope;
        this.clock = clock;
    }

    /** @throws Problem {@code too_many_groups} for more than {@value #MOST_ITEMS} items */
    @Transactional
    UsageView sum(UsageQuery query) {
        UsageQuery.Parsed asked = query.parsed(clock.instant());
        String columns = Arrays.stream(UsageGroup.values())
                .map(group -> asked.groups().contains(group) ? group.expression : "null")
                .collect(Collectors.joining(", "));
        List<?> rows = entities.createNativeQuery("select " + columns + ", " + SUMS + " from provider_key_use"
                        + " where workspace_id = (select app_workspace_id()) and ended_at >= :from and ended_at < :to"
                        + " group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5")
                .setParameter("from", asked.from())
                .setParameter("to", asked.to())
                .setMaxResults(MOST_ITEMS + 1)
                .getResultList();
        if (rows.size() > MOST_ITEMS) {
            throw new Problem(
                    UsageErrors.TOO_MANY_GROUPS, "more than " + MOST_ITEMS + ": ask for less time or fewer groups");
        }
        return new UsageView(
                asked.from(),
                asked.to(),
                rows.stream().map(row -> item((Object[]) row)).toList());
    }

    private static UsageItem item(@Nullable Object[] row) {
        return new UsageItem(
                (String) row[0],
                (UUID) row[1],
                (UUID) row[2],
                (UUID) row[3],
                (String) row[4],
                number(row[5]),
                number(row[6]),
                number(row[7]),
                number(row[8]),
                number(row[9]),
                number(row[10]),
                number(row[11]),
                number(row[12]));
    }

    private static long number(@Nullable Object value) {
        return value == null ? 0 : ((Number) value).longValue();
    }

    /** Makes the parts of the table that the next months need, and drops those that are over. */
    @Scheduled(every = "24h", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void keepMonths() {
        scope.asPlatform(() -> entities.createNativeQuery("select keep_use_months(" + MONTHS_KEPT + ")::text")
                .getSingleResult());
    }
}
