package ai.celune.contract;

import ai.celune.support.Rows;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the service says to PostgreSQL, as the server's own log tells it: every statement, also begin, commit and those that bind the scope. */
final class SqlLog implements AutoCloseable {
    private static final Pattern LINE =
            Pattern.compile("@celune_(\\w+)@(\\d+)@ LOG:  (?:statement|execute [^:]+): (.*)", Pattern.DOTALL);
    private static final Pattern TABLE = Pattern.compile("\\b(?:from|into|update)\\s+(?:only\\s+)?([a-z_]+)");
    /** The work outside every request: counting calls of API keys, looking for uses without an end, deleting what has expired, making keys ready, ends of credentials, shredded workspaces. */
    private static final Pattern BACKGROUND = Pattern.compile(
            "api_key_use|left join credential_end|listen |distinct workspace_id|classified_table|count\\(\\*\\) from workspace_key|insert into workspace_key|shredding_at > ");

    /** What the driver asks for itself, once per connection. */
    private static final Pattern DRIVER =
            Pattern.compile("(?is)set (extra_float_digits|application_name).*|.*pg_catalog.*");

    private final Path log =
            Path.of(Rows.one("select current_setting('data_directory')")).resolveSibling("postgresql.log");

    private SqlLog() {}

    static SqlLog start() {
        Rows.update("alter system set log_line_prefix = '@%u@%p@ '");
        Rows.update("alter system set log_parameter_max_length = 0");
        Rows.update("alter system set log_statement = 'all'");
        reload("all");
        return new SqlLog();
    }

    @Override
    public void close() {
        Rows.update("alter system reset all");
        reload("none");
    }

    private static void reload(String expected) {
        Rows.one("select pg_reload_conf()");
        while (!Rows.one("select current_setting('log_statement')").equals(expected)) {
            Thread.onSpinWait();
        }
    }

    /**
     * What one call needed: the number of statements, then those of each role in order.
     *
     * @param roles whose statements count
     */
    String during(Runnable call, Set<String> roles) {
        String begin = mark();
        call.run();
        String end = mark();
        String all = read();
        String between = all.substring(all.indexOf(begin), all.lastIndexOf(end));
        Map<String, List<String>> byRole = new LinkedHashMap<>();
        int count = 0;
        for (Transaction transaction : transactions(between)) {
            if (roles.contains(transaction.role) && !transaction.isBackground()) {
                byRole.computeIfAbsent(transaction.role, role -> new ArrayList<>())
                        .addAll(transaction.shapes());
                count += transaction.statements.size();
            }
        }
        return count
                + byRole.entrySet().stream()
                        .map(role -> " " + role.getKey() + "(" + String.join(", ", role.getValue()) + ")")
                        .collect(Collectors.joining());
    }

    /** Consecutive statements of one connection up to a commit or rollback; one alone outside a transaction. */
    private static final class Transaction {
        private final String role;
        private final List<String> statements = new ArrayList<>();

        private Transaction(String role) {
            this.role = role;
        }

        private boolean isOpen() {
            return isBegun() && !isEnded();
        }

        private boolean isBegun() {
            return statements.getFirst().equalsIgnoreCase("begin");
        }

        private boolean isEnded() {
            return statements.getLast().toLowerCase(Locale.ROOT).matches("commit|rollback");
        }

        /** A request's own transactions begin after it was sent and end before it is answered; look-ups need none. */
        private boolean isBackground() {
            boolean isWhole = role.equals("authn") || (isBegun() && isEnded());
            return !isWhole || BACKGROUND.matcher(String.join("\n", statements)).find();
        }

        private List<String> shapes() {
            return statements.stream().map(SqlLog::shape).toList();
        }
    }

    private static List<Transaction> transactions(String lines) {
        List<Transaction> all = new ArrayList<>();
        Map<String, Transaction> open = new LinkedHashMap<>();
        for (String line : lines.split("\n(?=@)", -1)) {
            Matcher statement = LINE.matcher(line);
            if (statement.matches() && !DRIVER.matcher(statement.group(3)).matches()) {
                Transaction transaction = open.get(statement.group(2));
                if (transaction == null || !transaction.isOpen()) {
                    transaction = new Transaction(statement.group(1));
                    open.put(statement.group(2), transaction);
                    all.add(transaction);
                }
                transaction.statements.add(statement.group(3).strip());
            }
        }
        return all;
    }

    /** The verb and the first table. */
    private static String shape(String statement) {
        String text = statement.toLowerCase(Locale.ROOT);
        if (text.startsWith("select set_config(")) {
            return "bind";
        }
        String verb = text.split("\\s", 2)[0];
        Matcher table = TABLE.matcher(text);
        return table.find() ? verb + " " + table.group(1) : verb;
    }

    private static String mark() {
        String mark = "mark " + UUID.randomUUID();
        Rows.one("select '" + mark + "'");
        return mark;
    }

    private String read() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] end = new byte[(int) Math.min(file.length(), 1 << 20)];
            file.seek(file.length() - end.length);
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
