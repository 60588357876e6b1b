package ai.celune.support;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is really stored, read as superuser, whom row-level security does not bind. */
public final class Rows {
    /** Written besides the change that a test is about: refusals are events, and calls of API keys are counted each second. Uses of provider keys come with their entries. */
    private static final Set<String> LOG =
            Set.of("audit_event", "audit_pending", "audit_open", "audit_opening", "api_key_use", "provider_key_use");
    /** Never written while the service runs. */
    private static final Set<String> FIXED = Set.of("classified_table", "classified_column", "flyway_schema_history");
    /** Made ahead of need, by background work or for the audit log. */
    private static final Set<String> KEYS = Set.of("workspace_key", "data_key");

    private static String database = "";
    private static @Nullable Connection connection;

    private Rows() {}

    /** Everything stored, by table, in a form that tells any difference; the audit log, keys made ahead and the use counts of API keys left out. */
    public static Map<String, String> stored(String... ignoredTables) {
        List<String> tables =
                new ArrayList<>(column("select relname from pg_class where relnamespace = 'public'::regnamespace"
                        + " and relkind in ('r', 'p') and not relispartition order by relname"));
        List.of(LOG, FIXED, KEYS, Set.of(ignoredTables)).forEach(tables::removeAll);
        Map<String, String> state = new TreeMap<>();
        table(tables.stream()
                        .map(table -> "select '" + table + "', count(*) || ' rows ' || coalesce(md5(string_agg(r, '|'"
                                + " order by r)), '') from (select (to_jsonb(t) - 'use_count' - 'last_used_at' - 'warned_of')::text"
                                + " as r from " + table + " t) as rows")
                        .collect(Collectors.joining(" union all ")))
                .forEach(row -> state.put(row.getFirst(), row.getLast()));
        return state;
    }

    /** Marks a place in the audit log, to see what comes after it. */
    public static LogMark mark() {
        return new LogMark(new HashSet<>(column("select id::text from audit_event")));
    }

    /** A place in the audit log. */
    public static final class LogMark {
        private final Set<String> before;

        private LogMark(Set<String> before) {
            this.before = before;
        }

        /**
         * Actions added since, in alphabetical order, by workspace; the nil id is the operators' log. Left out is what is counted
         * or told outside the request: uses and coming ends of API keys, and calls without any known credential.
         */
        public Map<UUID, List<String>> added() {
            Map<UUID, List<String>> added = new TreeMap<>();
            for (List<String> row : table("select id::text, workspace_id::text, action from audit_event"
                    + " where action not in ('api_key.usage_counted', 'api_key.expiring')"
                    + " and not (action = 'request.unauthenticated' and workspace_id = operator_log())"
                    + " order by action")) {
                if (!before.contains(row.getFirst())) {
                    added.computeIfAbsent(UUID.fromString(row.get(1)), workspace -> new ArrayList<>())
                            .add(row.get(2));
                }
            }
            return added;
        }

        /** Actions added to one workspace's log since. */
        public List<String> added(UUID workspace) {
            return added().getOrDefault(workspace, List.of());
        }

        /** How many refusals the operators' entries of an action tell of since, of requests with that method. */
        public int counted(String action, String method) {
            return table(
                            "select id::text, convert_from(bytes, 'UTF8')::json -> 'details' ->> 'count' from audit_event"
                                    + " where workspace_id = operator_log() and action = ?"
                                    + " and convert_from(bytes, 'UTF8')::json -> 'details' ->> 'method' = ?",
                            action,
                            method)
                    .stream()
                    .filter(row -> !before.contains(row.getFirst()))
                    .mapToInt(row -> Integer.parseInt(row.get(1)))
                    .sum();
        }

        /** Actions with one credential added since: nobody else's refusals, whose counts reach the log a second later. */
        public List<String> addedWith(UUID credential) {
            return table(
                            "select id::text, action from audit_event"
                                    + " where convert_from(bytes, 'UTF8')::json -> 'credential' ->> 'id' = ? order by action",
                            credential.toString())
                    .stream()
                    .filter(row -> !before.contains(row.getFirst()))
                    .map(row -> row.get(1))
                    .toList();
        }
    }

    /** The one value of a query. */
    public static String one(String sql, Object... parameters) {
        return table(sql, parameters).getFirst().getFirst();
    }

    /** Every value of a table as text; bytes as the characters that they would be in ISO 8859-1. */
    public static List<String> values(String table) {
        List<String> values = new ArrayList<>();
        try (PreparedStatement statement = bound("select * from " + table);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    values.add(
                            row.getObject(i) instanceof byte[] bytes
                                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                                    : String.valueOf(row.getString(i)));
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    public static List<String> column(String sql, Object... parameters) {
        return table(sql, parameters).stream().map(List::getFirst).toList();
    }

    public static int update(String sql, Object... parameters) {
        try (PreparedStatement statement = bound(sql, parameters)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** As one of our roles, without any scope. */
    public static void updateAs(String role, String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("set role " + role);
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    public static List<List<String>> table(String sql, Object... parameters) {
        List<List<String>> rows = new ArrayList<>();
        try (PreparedStatement statement = bound(sql, parameters);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    values.add(String.valueOf(row.getString(i)));
                }
                rows.add(values);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static PreparedStatement bound(String sql, Object... parameters) throws SQLException {
        if (Thread.currentThread().isInterrupted()) {
            // Who asks until something is so: the driver would go on asking after the test's time.
            throw new IllegalStateException("interrupted before: " + sql);
        }
        PreparedStatement statement = connection().prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** One for all queries of a test database: to connect takes ten times as long as to ask. */
    private static synchronized Connection connection() throws SQLException {
        if (connection == null || !connection.isValid(5) || !database.equals(PostgresResource.superuserJdbcUrl())) {
            database = PostgresResource.superuserJdbcUrl();
            connection = connect();
        }
        return connection;
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(PostgresResource.superuserJdbcUrl());
    }
}
