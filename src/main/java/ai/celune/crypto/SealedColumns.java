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

    private record Row(UUID id, Sealer.Sealed value) {}

    /** Names of the columns, in their order. */
    public List<String> names() {
        return columns.stream().map(SealedColumn::name).toList();
    }

    /** How many values are sealed under versions below this one. */
    public int below(int version) {
        return columns.stream().mapToInt(column -> count(column, version)).sum();
    }

    /**
     * Re-wraps up to 100 values behind the position that are sealed under versions below this one. Nothing is locked while the store works: a value that somebody
     * replaces meanwhile stays as they left it.
     */
    public Page rewrap(UUID workspace, Position position, int version) {
        Iterator<SealedColumn> left = columns.stream()
                .dropWhile(column -> column.name().compareTo(position.column()) < 0)
                .iterator();
        if (!left.hasNext()) {
            return new Page(null, 0, 0);
        }
        SealedColumn column = left.next();
        UUID after = column.name().equals(position.column()) ? position.after() : null;
        List<Row> rows = read(workspace, column, after, version);
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

    private int count(SealedColumn column, int version) {
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "select count(" + column.column() + ") from " + column.table() + older(column))) {
            statement.setInt(1, version);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private List<Row> read(UUID workspace, SealedColumn column, @Nullable UUID after, int version) {
        String sql = "select %s, %s, %s from %s"
                        .formatted(column.id(), column.valueVersion(), column.column(), column.table())
                + older(column)
                + " and (?::uuid is null or %1$s > ?) order by %1$s limit %2$d".formatted(column.id(), PAGE);
        try (Connection connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setInt(1, version);
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

    private static String older(SealedColumn column) {
        return " where workspace_id = app_workspace_id() and substring(" + column.column()
                + " from ':v([0-9]+):')::int < ?";
    }
}
