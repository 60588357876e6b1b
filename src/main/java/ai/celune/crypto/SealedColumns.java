package ai.celune.crypto;

import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** All that the key of the transaction's workspace has sealed, whichever feature owns it, and how to bring it under the newest version. */
@ApplicationScoped
public class SealedColumns {
    private static final Logger LOG = Logger.getLogger(SealedColumns.class);
    private static final int PAGE = 100;

    private final List<SealedColumn> columns;
    private final AgroalDataSource dataSource;
    private final Sealer sealer;

    SealedColumns(@All List<SealedColumn> columns, AgroalDataSource dataSource, Sealer sealer) {
        this.columns = columns.stream()
                .sorted(Comparator.comparing(SealedColumn::name))
                .toList();
        this.dataSource = dataSource;
        this.sealer = sealer;
    }

    /**
     * A place in the walk through all columns, in the order of their names.
     *
     * @param after the last id that was looked at; null before the first of the column
     */
    public record Position(String column, @Nullable UUID after) {
        public static final Position START = new Position("", null);
    }

    /**
     * What became of some values.
     *
     * @param next where to go on; null at the end
     * @param failed values that are not sealed for where they stand
     */
    public record Page(@Nullable Position next, int rewrapped, int failed) {}

    /**
     * What was found by opening some values of a column.
     *
     * @param next where to go on; null at the end
     * @param column as in the classification registry, of all that was found
     * @param failed rows whose value does not open
     */
    public record Look(@Nullable Position next, String column, int found, List<UUID> failed) {}

    /** Some of a column's values: a condition with one parameter. */
    private record Which(String condition, Object parameter) {
        static Which below(int version) {
            return new Which("substring(%s from ':v([0-9]+):')::int < ?", version);
        }

        static Which sealedBy(Store store) {
            return new Which("%s like ?", store.prefix() + ":%");
        }

        String of(SealedColumn column) {
            return " where workspace_id = app_workspace_id() and " + condition.formatted(column.column());
        }
    }

    private record Row(UUID id, Sealer.Sealed value) {}

    /** Names of the columns, in their order. */
    public List<String> names() {
        return columns.stream().map(SealedColumn::name).toList();
    }

    /** How many values are sealed under versions below this one. */
    public int below(int version) {
        return count(Which.below(version));
    }

    /** How many values this store has sealed. */
    public int sealedBy(Store store) {
        return count(Which.sealedBy(store));
    }

    /** Opens up to 100 values behind the position that this store has sealed, all of one column, and changes nothing. */
    public Look look(UUID workspace, Position position, Store store) {
        UUID after = position.after();
        for (SealedColumn column : from(position)) {
            List<Row> rows = read(
                    workspace, column, column.name().equals(position.column()) ? after : null, Which.sealedBy(store));
            if (!rows.isEmpty()) {
                List<UUID> failed = rows.stream()
                        .filter(row -> !opens(row.value))
                        .map(Row::id)
                        .toList();
                return new Look(new Position(column.name(), rows.getLast().id), column.name(), rows.size(), failed);
            }
        }
        return new Look(null, "", 0, List.of());
    }

    private boolean opens(Sealer.Sealed value) {
        try (Secret _ = sealer.open(value.binding(), value.text())) {
            return true;
        } catch (SecretIntegrityException | SecretKeyMissingException | SecretShreddedException _) {
            return false;
        }
    }

    private List<SealedColumn> from(Position position) {
        return columns.stream()
                .dropWhile(column -> column.name().compareTo(position.column()) < 0)
                .toList();
    }

    /**
     * Re-wraps up to 100 values behind the position that are sealed under versions below this one. Nothing is locked while the store works: a value that somebody
     * replaces meanwhile stays as they left it.
     */
    public Page rewrap(UUID workspace, Position position, int version) {
        Iterator<SealedColumn> left = from(position).iterator();
        if (!left.hasNext()) {
            return new Page(null, 0, 0);
        }
        SealedColumn column = left.next();
        UUID after = column.name().equals(position.column()) ? position.after() : null;
        List<Row> rows = read(workspace, column, after, Which.below(version));
        int failed = 0;
        int rewrapped = 0;
        if (!rows.isEmpty()) {
            List<Optional<String>> texts =
                    sealer.rewrap(workspace, rows.stream().map(Row::value).toList());
            for (int i = 0; i < rows.size(); i++) {
                if (texts.get(i).isEmpty()) {
                    failed++;
                    LOG.warnf("%s of %s does not authenticate and is not re-wrapped", column.name(), rows.get(i).id);
                }
            }
            rewrapped = replace(column, rows, texts);
        }
        Position next = rows.size() == PAGE
                ? new Position(column.name(), rows.getLast().id)
                : left.hasNext() ? new Position(left.next().name(), null) : null;
        return new Page(next, rewrapped, failed);
    }

    private int count(Which which) {
        return columns.stream().mapToInt(column -> count(column, which)).sum();
    }

    private int count(SealedColumn column, Which which) {
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "select count(" + column.column() + ") from " + column.table() + which.of(column))) {
            statement.setObject(1, which.parameter());
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private List<Row> read(UUID workspace, SealedColumn column, @Nullable UUID after, Which which) {
        String sql = "select %s, %s, %s from %s"
                        .formatted(column.id(), column.valueVersion(), column.column(), column.table())
                + which.of(column)
                + " and (?::uuid is null or %1$s > ?) order by %1$s limit %2$d".formatted(column.id(), PAGE);
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, which.parameter());
            statement.setObject(2, after);
            statement.setObject(3, after);
            List<Row> rows = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    UUID id = row.getObject(1, UUID.class);
                    Binding binding = column.binder().bind(workspace, id, row.getInt(2));
                    rows.add(new Row(id, new Sealer.Sealed(binding, row.getString(3))));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** In the order of the ids, as everybody who locks several rows of a table. */
    private int replace(SealedColumn column, List<Row> rows, List<Optional<String>> texts) {
        String sql = "update %1$s set %2$s = ? where workspace_id = app_workspace_id() and %3$s = ? and %2$s = ?"
                .formatted(column.table(), column.column(), column.id());
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            int replaced = 0;
            for (int i = 0; i < rows.size(); i++) {
                if (texts.get(i).isPresent()) {
                    statement.setString(1, texts.get(i).get());
                    statement.setObject(2, rows.get(i).id);
                    statement.setString(3, rows.get(i).value.text());
                    replaced += statement.executeUpdate();
                }
            }
            return replaced;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
