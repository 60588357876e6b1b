package ai.celune.packaged;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the service says to PostgreSQL for a call, as PostgreSQL's log tells it. */
final class Statements {
    private static final Pattern LINE =
            Pattern.compile("@(celune_\\w+)@(\\d+)@ (?:LOG:  (?:statement|execute [^:]+)|DETAIL:  Parameters): (.*)");
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+) = '([^']*)'");

    private Statements() {}

    /** A line of the log: a statement, or the parameters of the one before. */
    record Said(String role, String connection, String text) {}

    /** What is done between two looks at the log. */
    @FunctionalInterface
    interface Call {
        void make() throws Exception;
    }

    /** All that was said while a call was made that had been made before. */
    static List<Said> of(OwnDatabase database, Call call) throws Exception {
        call.make();
        database.superuser("alter system set log_line_prefix = '@%u@%p@ '");
        log(database, "all");
        call.make();
        log(database, "none");
        return LINE.matcher(Files.readString(database.folder().resolve("postgresql.log")))
                .results()
                .map(line -> new Said(line.group(1), line.group(2), line.group(3)))
                .toList();
    }

    private static void log(OwnDatabase database, String statements) {
        database.superuser("alter system set log_statement = '" + statements + "'");
        database.superuser("select pg_reload_conf()");
        Service.await(
                "log_statement " + statements,
                () -> database.superuser("show log_statement").equals(statements));
    }

    /** The same to be said again and again. */
    static PgBench.Script script(List<Said> lines) {
        StringBuilder text = new StringBuilder();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String statement = lines.get(i).text;
            if (!statement.startsWith("$")) {
                String values = i + 1 < lines.size() ? lines.get(i + 1).text : "";
                for (MatchResult value : PARAMETER
                        .matcher(values.startsWith("$") ? values : "")
                        .results()
                        .toList()) {
                    String name = "p" + i + "_" + value.group(1);
                    boolean isEmpty = value.group(2).isEmpty();
                    statement = statement.replace("$" + value.group(1), isEmpty ? "''" : ":" + name);
                    if (!isEmpty) {
                        parameters.put(name, value.group(2));
                    }
                }
                text.append(statement).append(";\n");
            }
        }
        return new PgBench.Script(text.toString(), parameters);
    }
}
