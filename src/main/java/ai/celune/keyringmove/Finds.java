package ai.celune.keyringmove;

import ai.celune.crypto.SealedColumns;
import ai.celune.keyringmove.KeyringMoveView.Failed;
import ai.celune.keyringmove.KeyringMoveView.Found;
import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What runs have met, workspace by workspace and column by column. Everything here asks for a transaction of the platform. */
@ApplicationScoped
class Finds {
    private static final int MOST_SHOWN = 100;

    private final AgroalDataSource dataSource;
    private final SealedColumns columns;

    Finds(AgroalDataSource dataSource, SealedColumns columns) {
        this.dataSource = dataSource;
        this.columns = columns;
    }

    /** How many values have come under newer versions, of how many. */
    record Progress(long done, long total) {
        static final Progress NONE = new Progress(0, 0);
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The next workspace, or id kept ready for one, that is not being shredded. */
    Optional<UUID> workspaceAfter(@Nullable UUID workspace) {
        return query(
                        "select workspace_id from workspace_key where shredding_at is null"
                                + " and (?::uuid is null or workspace_id > ?) order by workspace_id limit 1",
                        row -> row.getObject(1, UUID.class),
                        workspace,
                        workspace)
                .stream()
                .findFirst();
    }

    /** Workspaces whose values are being re-wrapped. */
    int inWork() {
        return number("select count(*) from encryption_key join workspace_key using (workspace_id)"
                + " where finished_at is null and shredding_at is null");
    }

    /** Workspaces whose destruction must still be proved by trying to open what the keyring sealed. */
    int beingShredded() {
        return number("select count(*) from workspace_key left join shred_record using (workspace_id)"
                + " where shredding_at is not null and proved_at is null and sealed_private_key like 'ring:%'");
    }

    Progress rewrapped(Instant since) {
        return query(
                        "select coalesce(sum(done), 0), coalesce(sum(total), 0) from encryption_key where rotated_at >= ?",
                        row -> new Progress(row.getLong(1), row.getLong(2)),
                        since.atOffset(ZoneOffset.UTC))
                .getFirst();
    }

    /** A new look begins. */
    void forget(UUID move) {
        change("delete from keyring_move_find where move_id = ?", move);
    }

    void add(UUID move, UUID workspace, SealedColumns.Look look) {
        change(
                "insert into keyring_move_find as known (move_id, workspace_id, column_name, found, failed) values (?, ?, ?, ?, ?::uuid[])"
                        + " on conflict (move_id, workspace_id, column_name) do update"
                        + " set found = known.found + excluded.found, failed = known.failed || excluded.failed",
                move,
                workspace,
                look.column(),
                look.found(),
                look.failed().toArray(UUID[]::new));
    }

    /** Values of the workspace that did not open at the last look. */
    int failedOf(UUID move, UUID workspace) {
        return number(
                "select coalesce(sum(cardinality(failed)), 0) from keyring_move_find where move_id = ? and workspace_id = ?",
                move,
                workspace);
    }

    /** All columns, in the order of their names. */
    List<Found> byColumn(UUID move) {
        return query(
                "select split_part(name, '.', 1), split_part(name, '.', 2), coalesce(sum(found), 0),"
                        + " coalesce(sum(cardinality(failed)), 0) from unnest(?::text[]) as name"
                        + " left join keyring_move_find on column_name = name and move_id = ? group by name order by name",
                row -> new Found(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                columns.names().toArray(String[]::new),
                move);
    }

    List<Failed> failed(UUID move) {
        return query(
                "select split_part(column_name, '.', 1), split_part(column_name, '.', 2), workspace_id, id"
                        + " from keyring_move_find, unnest(failed) as id where move_id = ?"
                        + " order by column_name, workspace_id, id limit " + MOST_SHOWN,
                row -> new Failed(
                        row.getString(1), row.getString(2), row.getObject(3, UUID.class), row.getObject(4, UUID.class)),
                move);
    }

    private int number(String sql, Object... parameters) {
        return query(sql, row -> row.getInt(1), parameters).getFirst();
    }

    private <T> List<T> query(String sql, Reader<T> reader, @Nullable Object... parameters) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            List<T> found = new ArrayList<>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(reader.read(row));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private void change(String sql, Object... parameters) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
