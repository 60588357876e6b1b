package ai.celune.classification;

import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Deletes rows whose time is over, as the registry says, in bounded batches of a transaction each. */
@ApplicationScoped
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final int AT_ONCE = 1_000;

    private final AgroalDataSource dataSource;
    private final Scope scope;
    private final Clock clock;

    Retention(AgroalDataSource dataSource, Scope scope, Clock clock) {
        this.dataSource = dataSource;
        this.scope = scope;
        this.clock = clock;
    }

    private record Rule(String table, String column, String kept) {}

    @Scheduled(
            every = "${celune.retention.every:10m}",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void deleteExpired() {
        for (Rule rule : scope.asPlatform(this::rules)) {
            try {
                while (scope.asPlatform(() -> deleteBatch(rule)) == AT_ONCE) {
                    // The next batch in a transaction of its own.
                }
            } catch (Exception e) {
                // Also a commit that fails, which is a checked exception in disguise.
                LOG.warnf("rows of %s that are over stay until the next run: %s", rule.table, e.getMessage());
            }
        }
    }

    private List<Rule> rules() {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "select table_name, expires_by, kept::text from classified_table where expires_by is not null");
                var row = statement.executeQuery()) {
            List<Rule> rules = new ArrayList<>();
            while (row.next()) {
                rules.add(new Rule(row.getString(1), row.getString(2), row.getString(3)));
            }
            return rules;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** The names come from our own migrations, and the registry allows plain ones only. */
    private int deleteBatch(Rule rule) {
        String sql =
                "delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s < ? - ?::interval limit ?))"
                        .formatted(rule.table, rule.column);
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            statement.setString(2, rule.kept);
            statement.setInt(3, AT_ONCE);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
