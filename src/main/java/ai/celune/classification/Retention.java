package ai.celune.classification;

import ai.celune.tenancy.Scope;
import io.agroal.api.AgroalDataSource;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Deletes rows whose time is over by the database's clock, as the registry says, in bounded batches of a transaction each. */
@ApplicationScoped
class Retention {
    private static final int AT_ONCE = 1_000;

    private final AgroalDataSource dataSource;
    private final Scope scope;

    Retention(AgroalDataSource dataSource, Scope scope) {
        this.dataSource = dataSource;
        this.scope = scope;
    }

    private record Rule(String table, String column, String kept) {}

    @Scheduled(every = "10m", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void deleteExpired() {
        for (Rule rule : scope.asPlatform(this::rules)) {
            while (scope.asPlatform(() -> deleteBatch(rule)) == AT_ONCE) {
                // The next batch in a transaction of its own.
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
                "delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s < now() - ?::interval limit ?))"
                        .formatted(rule.table, rule.column);
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setString(1, rule.kept);
            statement.setInt(2, AT_ONCE);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
