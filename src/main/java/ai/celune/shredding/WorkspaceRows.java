package ai.celune.shredding;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** All rows of the transaction's workspace, as the registry knows them, but for its audit log and the row that says that its key was destroyed. */
@ApplicationScoped
class WorkspaceRows {
    private static final int AT_ONCE = 1_000;

    /** Tables that refer to others come before those. */
    private static final String TABLES = """
            with recursive tables (name, relation) as (
              select table_name, table_name::regclass from classified_table
              where kind = 'workspace' and owner <> 'audit' and table_name <> 'workspace_key'),
            below (relation, depth) as (
              select relation, 0 from tables
              union
              select c.confrelid::regclass, depth + 1 from below join pg_constraint c on c.conrelid = below.relation
              where c.contype = 'f' and c.confrelid <> c.conrelid)
            select name from tables join below using (relation) group by name order by max(depth), name""";

    private final AgroalDataSource dataSource;

    WorkspaceRows(AgroalDataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Deletes up to 1,000 rows of one table; 0 when nothing is left. */
    int deleteSome() {
        for (String table : tables()) {
            int deleted = deleteSome(table);
            if (deleted > 0) {
                return deleted;
            }
        }
        return 0;
    }

    private List<String> tables() {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(TABLES);
                var row = statement.executeQuery()) {
            List<String> tables = new ArrayList<>();
            while (row.next()) {
                tables.add(row.getString(1));
            }
            return tables;
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }

    /** The newest first: an API key refers to the older one that it replaces. The names come from our own migrations, and the registry allows plain ones only. */
    private int deleteSome(String table) {
        boolean top = table.equals("workspace");
        String sql =
                "delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s = app_workspace_id() order by %3$s desc limit ?))"
                        .formatted(table, top ? "id" : "workspace_id", table.equals("api_key") ? "id" : "1");
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            statement.setInt(1, AT_ONCE);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new PersistenceException(e);
        }
    }
}
