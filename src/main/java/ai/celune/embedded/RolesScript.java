package ai.celune.embedded;

import ai.celune.launcher.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs {@code roles.sql}, the file operators run with psql, without psql: its variables, {@code \gexec} and
 * {@code \connect}. One file for both, so the embedded database cannot drift from a production one.
 */
public final class RolesScript {
    private static final String RESOURCE = "postgresql/roles.sql";
    private static final Pattern VARIABLE = Pattern.compile(":(['\"])([a-z_]+)\\1");

    private final Map<String, String> variables;

    private RolesScript(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Makes the roles and {@code database}, or brings them up to date. */
    public static void apply(PostgresServer server, String database, Passwords passwords) {
        apply(server, database, passwords, "celune");
    }

    /** The same with role names that begin with another word than {@code celune}. */
    static void apply(PostgresServer server, String database, Passwords passwords, String prefix) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("database", database);
        List.of("owner", "migrate", "app", "authn", "audit").forEach(role -> variables.put(role, prefix + "_" + role));
        variables.put("migrate_password", passwords.migrate());
        variables.put("app_password", passwords.app());
        variables.put("authn_password", passwords.authn());
        variables.put("audit_password", passwords.audit());
        try {
            new RolesScript(variables).run(server);
        } catch (SQLException e) {
            throw Refusal.of("cannot prepare the database roles: " + e.getMessage());
        }
    }

    private void run(PostgresServer server) throws SQLException {
        String database = "postgres";
        List<String> batch = new ArrayList<>();
        for (String line : load().lines().toList()) {
            if (line.startsWith("\\connect ")) {
                execute(server, database, batch);
                batch.clear();
                database = substitute(line.substring("\\connect ".length())).replace("\"", "");
            } else if (!line.startsWith("--") && (!line.startsWith("\\") || line.equals("\\gexec"))) {
                batch.add(line);
            }
        }
        execute(server, database, batch);
    }

    private void execute(PostgresServer server, String database, List<String> lines) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        server.jdbcUrl(database), server.superuser(), server.superuserPassword());
                Statement statement = connection.createStatement()) {
            StringBuilder sql = new StringBuilder();
            for (String line : lines) {
                if (line.equals("\\gexec")) {
                    executeResults(statement, take(sql));
                } else if (line.endsWith(";")) {
                    statement.execute(take(sql.append(line, 0, line.length() - 1)));
                } else {
                    sql.append(line).append('\n');
                }
            }
        }
    }

    private String take(StringBuilder sql) {
        String text = substitute(sql.toString());
        sql.setLength(0);
        return text;
    }

    private static void executeResults(Statement statement, String query) throws SQLException {
        List<String> commands = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                commands.add(rows.getString(1));
            }
        }
        for (String command : commands) {
            statement.execute(command);
        }
    }

    /** {@code :'name'} as a literal and {@code :"name"} as an identifier, as psql does it. */
    private String substitute(String sql) {
        return VARIABLE.matcher(sql).replaceAll(match -> {
            String value = variables.get(match.group(2));
            if (value == null) {
                throw new IllegalStateException("roles.sql uses the unknown variable " + match.group(2));
            }
            String quote = match.group(1);
            return Matcher.quoteReplacement(quote + value.replace(quote, quote + quote) + quote);
        });
    }

    private static String load() {
        try (InputStream in = RolesScript.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
