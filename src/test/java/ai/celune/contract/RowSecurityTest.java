package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Actors.Session;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import ai.celune.support.SlackStandIn;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The last layer alone, for every table that workspaces own: what the application's role can do in one of them (R20, R24, R26). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class RowSecurityTest {
    private static final String NOT_ALLOWED = "42501";

    private final Session own = filled();
    private final Session foreign = filled();

    /** Somebody with a row in as many tables as can be. */
    private static Session filled() {
        Session owner = Actors.newWorkspace();
        UUID providerKey = Api.post(
                        "/v1/provider-keys",
                        owner.token(),
                        Map.of("provider", "openai", "name", "test", "key", "sk-walls-0123456789"))
                .require(201)
                .id();
        UUID webhook = Api.post(
                        "/v1/slack-connections",
                        owner.token(),
                        Map.of("name", "test", "key", SlackStandIn.webhookUrl()))
                .require(201)
                .id();
        UUID account = Api.post(
                        "/v1/service-accounts",
                        owner.token(),
                        Map.of("name", "test", "role", "member"),
                        "Idempotency-Key",
                        "walls-" + UUID.randomUUID())
                .require(201)
                .id();
        String key = Api.post(
                        "/v1/api-keys",
                        owner.token(),
                        Map.of(
                                "name",
                                "test",
                                "scopes",
                                List.of("provider-keys:use"),
                                "bindings",
                                List.of(providerKey, webhook),
                                "serviceAccountId",
                                account))
                .require(201)
                .field("key");
        Api.get("/v1/me", key).require(200);
        while (Rows.column("select 1 from api_key_use where workspace_id = ?", owner.workspaceId())
                .isEmpty()) {
            // Calls are stored once a second.
            Thread.onSpinWait();
        }
        Api.post("/v1/invitations", owner.token(), Map.of("email", Actors.newEmail(), "role", "member"))
                .require(201);
        Actors.role(owner, "settings:read");
        Api.send("POST", "/v1/encryption-key/rotate", owner.token(), null).require(202);
        return owner;
    }

    private static List<String> tables() {
        return Rows.column("select table_name from classified_table where kind = 'workspace' order by table_name");
    }

    /** The column that says whose a row is. */
    private static String owner(String table) {
        return table.equals("workspace") ? "id" : "workspace_id";
    }

    @Test
    void noForeignRowIsVisible() throws SQLException {
        List<String> seen = new ArrayList<>();
        int filled = 0;
        try (Connection application = application()) {
            for (String table : tables()) {
                filled += Rows.one(
                                        "select count(*) from " + table + " where " + owner(table) + " = ?",
                                        foreign.workspaceId())
                                .equals("0")
                        ? 0
                        : 1;
                String visible = outcome(
                        application,
                        "select count(*) from " + table + " where " + owner(table) + " <> '" + own.workspaceId() + "'");
                if (!visible.equals("0") && !visible.equals(NOT_ALLOWED)) {
                    seen.add(table + " " + visible);
                }
            }
        }
        assertEquals(List.of(), seen);
        assertTrue(filled > 8, filled + " tables have rows to hide");
    }

    @Test
    void noForeignRowCanBeWritten() throws SQLException {
        Map<String, String> before = Rows.stored();
        List<String> wrong = new ArrayList<>();
        try (Connection application = application()) {
            for (String table : tables()) {
                String column = owner(table);
                String columns = Rows.one(
                        "select string_agg(column_name, ', ') from information_schema.columns"
                                + " where table_name = ? and is_generated = 'NEVER'",
                        table);
                for (String row : Rows.column(
                        "select to_jsonb(t)::text from " + table + " t where " + column + " = ? limit 1",
                        foreign.workspaceId())) {
                    String inserted = outcome(
                            application,
                            "insert into " + table + " (" + columns + ") select " + columns
                                    + " from jsonb_populate_record(null::" + table + ", '"
                                    + row.replace("'", "''") + "') returning 'stored'");
                    if (!inserted.equals(NOT_ALLOWED)) {
                        wrong.add("insert into " + table + ": " + inserted);
                    }
                }
                String moved = outcome(
                        application,
                        "update " + table + " set " + column + " = '" + foreign.workspaceId() + "' where " + column
                                + " = '" + own.workspaceId() + "' returning 'moved'");
                if (!moved.equals(NOT_ALLOWED)) {
                    wrong.add("update " + table + ": " + moved);
                }
                String taken = outcome(
                        application,
                        "update " + table + " set " + column + " = '" + own.workspaceId() + "' where " + column + " = '"
                                + foreign.workspaceId() + "' returning 'taken'");
                if (!taken.equals(NOT_ALLOWED) && !taken.isEmpty()) {
                    wrong.add("take from " + table + ": " + taken);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(before, Rows.stored());
    }

    @Test
    void everyReferenceBetweenWorkspacesRowsNamesTheWorkspaceOnBothSides() {
        assertEquals(
                List.of(),
                Rows.column("select conrelid::regclass || ' -> ' || confrelid::regclass from pg_constraint c"
                        + " join classified_table a on a.table_name = conrelid::regclass::text and a.kind = 'workspace'"
                        + " join classified_table b on b.table_name = confrelid::regclass::text and b.kind = 'workspace'"
                        + " where contype = 'f' and not exists (select from unnest(conkey, confkey) as pair (here, there)"
                        + " join pg_attribute h on h.attrelid = conrelid and h.attnum = here"
                        + " join pg_attribute t on t.attrelid = confrelid and t.attnum = there"
                        + " where h.attname = 'workspace_id' and t.attname ="
                        + " case when confrelid = 'workspace'::regclass then 'id' else 'workspace_id' end)"));
    }

    private Connection application() throws SQLException {
        Connection connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
        connection.setAutoCommit(false);
        outcome(connection, "set session authorization celune_app");
        connection.commit();
        return connection;
    }

    /** The first value, in a transaction of the own workspace that is rolled back; empty where there is no row; the SQLSTATE where it is refused. */
    private String outcome(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select set_config('app.workspace_id', '" + own.workspaceId() + "', true)");
            if (!statement.execute(sql)) {
                return "";
            }
            try (var row = statement.getResultSet()) {
                return row.next() ? row.getString(1) : "";
            }
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            if (!sql.startsWith("set ")) {
                connection.rollback();
            }
        }
    }
}
