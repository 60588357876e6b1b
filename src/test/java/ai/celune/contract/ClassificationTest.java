package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The live catalogue against the classification registry (R24, R38, R39, R40). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class ClassificationTest {
    private static final String OURS = "from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            + " where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> 'flyway_schema_history'"
            + " and not c.relispartition";

    @Test
    void everyColumnIsClassifiedAndNothingElse() throws SQLException {
        assertEquals(
                List.of(),
                query("select table_name || '.' || column_name from information_schema.columns"
                        + " where table_schema = 'public' and table_name <> 'flyway_schema_history'"
                        + " and table_name in (select c.relname::text " + OURS + ")"
                        + " except select table_name || '.' || column_name from classified_column"));
        assertEquals(
                List.of(),
                query(
                        "select table_name || '.' || column_name from classified_column except"
                                + " select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"));
    }

    @Test
    void everyTableButTheRegistryForcesRowLevelSecurity() throws SQLException {
        assertEquals(
                List.of(),
                query("select c.relname " + OURS + " and not (c.relrowsecurity and c.relforcerowsecurity)"
                        + " and c.relname not in (select table_name from classified_table where kind = 'registry')"));
    }

    @Test
    void everyTableHasAPolicyForTheApplication() throws SQLException {
        assertEquals(
                List.of(),
                query("select table_name from classified_table where kind <> 'registry' except"
                        + " select tablename from pg_policies where 'celune_app' = any (roles)"));
    }

    @Test
    void criticalColumnsCheckTheFormOfTheirValues() throws SQLException {
        assertEquals(
                List.of(),
                query("select k.table_name || '.' || k.column_name from classified_column k where k.tier = 'critical'"
                        + " and not exists (select 1 from pg_constraint p where p.contype = 'c'"
                        + " and p.conrelid = k.table_name::regclass"
                        + " and pg_get_constraintdef(p.oid) like '%' || k.column_name || '%')"));
    }

    @Test
    void theApplicationOwnsNothingAndPassesNoWall() throws SQLException {
        assertEquals(
                List.of(),
                query("select rolname from pg_roles where rolname like 'celune%' and (rolsuper or rolbypassrls)"));
        assertEquals(
                List.of(),
                query("select c.relname || ' ' || pg_get_userbyid(c.relowner) " + OURS
                        + " and pg_get_userbyid(c.relowner) <> 'celune_owner'"));
        // Whatever it is: tables, functions, schemas, databases.
        assertEquals(
                List.of(),
                query("select r.rolname || ' owns ' || d.classid::regclass || ' ' || d.objid from pg_shdepend d"
                        + " join pg_roles r on r.oid = d.refobjid where d.refclassid = 'pg_authid'::regclass"
                        + " and d.deptype = 'o' and r.rolname like 'celune%' and r.rolname <> 'celune_owner'"));
    }

    @Test
    void nobodyMayChangeTheAuditLog() throws SQLException {
        assertEquals(
                List.of(),
                query("select grantee || ' ' || privilege_type from information_schema.role_table_grants"
                        + " where table_name in ('audit_event', 'audit_opening') and grantee <> 'celune_owner'"
                        + " and privilege_type not in ('SELECT', 'INSERT') and grantee like 'celune%'"));
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }
}
