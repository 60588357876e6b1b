package ai.celune.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.celune.support.Actors;
import ai.celune.support.Api;
import ai.celune.support.PostgresResource;
import ai.celune.support.ProviderAddress;
import ai.celune.support.Rows;
import com.arjuna.ats.jta.TransactionManager;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is left when everything above the database fails: the application's role sees nothing unbound and changes no wall (cases 41 to 43). */
@QuarkusTest
@WithTestResource(PostgresResource.class)
@WithTestResource(ProviderAddress.class)
class WallsTest {
    private static final String NOT_ALLOWED = "42501";
    /** Nearly the whole pool: background work may hold one or two. */
    private static final int CONNECTIONS = 12;

    @Inject
    AgroalDataSource pool;

    @Inject
    @DataSource("authn")
    AgroalDataSource authn;

    @Inject
    @DataSource("audit")
    AgroalDataSource audit;

    private final Actors actors = new Actors();

    @Test
    void aConnectionKeepsNoScopeAfterAnException() throws Exception {
        String owner = actors.owner().token();
        String self = "/v1/members/" + actors.owner().userId();
        List<Callable<ai.celune.support.Reply>> failing = new ArrayList<>();
        for (int i = 0; i < 4 * CONNECTIONS; i++) {
            failing.add(() -> Api.patch(self, owner, Map.of("role", "admin")).require(409));
            failing.add(() ->
                    Api.delete("/v1/provider-keys/" + UUID.randomUUID(), owner).require(404));
        }
        Api.atOnce(failing);
        assertEquals(List.of("[] 0"), scopesOfPool().stream().distinct().toList());
    }

    @Test
    void withoutScopeEveryTableIsEmpty() throws Exception {
        actors.owner();
        actors.key("settings:read");
        List<String> seen = new ArrayList<>();
        int filled = 0;
        try (Connection application = as("celune_app")) {
            for (String table : Rows.column("select table_name from classified_table where kind <> 'registry'"
                    + " and has_table_privilege('celune_app', table_name, 'select')")) {
                filled += Rows.one("select count(*) from " + table).equals("0") ? 0 : 1;
                String visible = one(application, "select count(*) from " + table);
                if (!visible.equals("0")) {
                    seen.add(table + " " + visible);
                }
            }
        }
        assertEquals(List.of(), seen);
        assertTrue(filled > 8, filled + " tables have rows to hide");
    }

    @Test
    void noRoleOfTheServiceChangesAWall() throws Exception {
        Map<String, String> before = Rows.stored();
        List<String> allowed = new ArrayList<>();
        for (String role : List.of("celune_app", "celune_authn", "celune_audit")) {
            for (String attempt : List.of(
                    "create table mine (id int)",
                    "create schema mine",
                    "create function mine() returns int language sql as 'select 1'",
                    "alter table provider_key disable row level security",
                    "alter table provider_key no force row level security",
                    "alter table audit_event disable trigger append_only",
                    "drop policy ws_isolation on provider_key",
                    "create policy mine on provider_key using (true)",
                    "drop table provider_key",
                    "truncate audit_event",
                    "delete from audit_event",
                    "alter role " + role + " bypassrls",
                    "set role celune_owner",
                    "create role mine")) {
                if (!refused(role, attempt)) {
                    allowed.add(role + ": " + attempt);
                }
            }
        }
        assertEquals(List.of(), allowed);
        assertEquals(before, Rows.stored());
    }

    @Test
    void rowSecurityCannotBeTurnedOff() throws Exception {
        try (Connection application = as("celune_app")) {
            one(application, "select set_config('row_security', 'off', false)");
            String state = "";
            try {
                one(application, "select count(*) from provider_key");
            } catch (SQLException e) {
                state = e.getSQLState();
            }
            assertEquals(NOT_ALLOWED, state);
        }
    }

    @Test
    void aTransactionHoldsConnectionsOfOnePoolAlone() throws Exception {
        var manager = TransactionManager.transactionManager();
        manager.begin();
        try (Connection business = pool.getConnection();
                Connection lookups = authn.getConnection();
                Connection log = audit.getConnection()) {
            assertEquals(
                    List.of(false, true, true),
                    List.of(business.getAutoCommit(), lookups.getAutoCommit(), log.getAutoCommit()));
        } finally {
            manager.rollback();
        }
    }

    /** What each connection of the pool believes to work for, without the hook that binds it: the settings and the workspaces it sees. */
    private List<String> scopesOfPool() throws Exception {
        CyclicBarrier allTaken = new CyclicBarrier(CONNECTIONS);
        Queue<String> backends = new ConcurrentLinkedQueue<>();
        List<String> scopes = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                answers.add(threads.submit(() -> {
                    var manager = TransactionManager.transactionManager();
                    manager.begin();
                    try (Connection connection = pool.getConnection()) {
                        allTaken.await();
                        backends.add(one(connection, "select pg_backend_pid()"));
                        return one(
                                connection,
                                "select format('[%s%s%s] %s', current_setting('app.workspace_id', true),"
                                        + " current_setting('app.user_id', true), current_setting('app.platform', true),"
                                        + " (select count(*) from workspace))");
                    } finally {
                        manager.rollback();
                    }
                }));
            }
            for (Future<String> answer : answers) {
                scopes.add(answer.get());
            }
        }
        assertEquals(CONNECTIONS, new TreeSet<>(backends).size());
        return scopes;
    }

    private static boolean refused(String role, String attempt) throws SQLException {
        try (Connection connection = as(role)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute(attempt);
                return false;
            } catch (SQLException e) {
                return NOT_ALLOWED.equals(e.getSQLState());
            } finally {
                connection.rollback();
            }
        }
    }

    private static Connection as(String role) throws SQLException {
        Connection connection = DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
        try (var statement = connection.createStatement()) {
            statement.execute("set session authorization " + role);
        }
        return connection;
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
