package ai.celune.packaged;

import ai.celune.packaged.PgBench.Cost;
import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.PostgresResource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Row 2 of the performance page: a read by API key through all four walls against pgbench with the same statements, which PostgreSQL's log tells. The
 * limiter is off, since it grants a key 60 reads a minute.
 */
class ReadBench {
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 4;
    private static final int RUNS_TO_WARM_UP = 15;

    private static final Pattern LINE =
            Pattern.compile("@(celune_\\w+)@(\\d+)@ (?:LOG:  (?:statement|execute [^:]+)|DETAIL:  Parameters): (.*)");
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+) = '([^']*)'");

    @Test
    void read() throws Exception {
        Path folder = Path.of("target", "read-bench").toAbsolutePath();
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder);
                Service service = Service.on("read-bench", database.properties(), "http://127.0.0.1:1")) {
            service.compiledFully().start();
            String key = apiKey(service);
            PgBench pgbench = new PgBench(database, CONNECTIONS, SECONDS);
            List<PgBench.Script> said = statements(database, service, key);
            Wrk wrk = new Wrk(CONNECTIONS, SECONDS);
            Wrk.Request request = new Wrk.Request(
                    "GET", service.url() + "/v1/settings", Map.of("Authorization", "Bearer " + key), "");
            Comparison comparison = new Comparison(
                    "An authenticated read, 16 connections, " + database.describe(),
                    "reads/s",
                    "CPU µs per read",
                    "of which PostgreSQL",
                    "of which service or pgbench");
            comparison.arm("pgbench, the same statements", () -> {
                Cost looked = pgbench.run(
                        said.getFirst(), "celune_authn", database.passwords().authn());
                Cost found = pgbench.run(
                        said.getLast(), "celune_app", database.passwords().app());
                return new Cost(
                                1 / (1 / looked.perSecond() + 1 / found.perSecond()),
                                looked.server() + found.server(),
                                looked.client() + found.client())
                        .figures();
            });
            comparison.arm("Celune", () -> {
                double server = Machine.cpuMicros(database.server().pid());
                double client = Machine.cpuMicros(service.pid());
                Wrk.Result result = wrk.run(request);
                return new Cost(
                                result.perSecond(),
                                (Machine.cpuMicros(database.server().pid()) - server) / result.requests(),
                                (Machine.cpuMicros(service.pid()) - client) / result.requests())
                        .figures();
            });
            wrk.warmUp(request, RUNS_TO_WARM_UP);
            comparison.rounds(1, 9).run();
        }
    }

    private static String apiKey(Service service) throws Exception {
        String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
        return service.apiKey(owner, List.of("settings:read")).get("key").asText();
    }

    /** What the service says to PostgreSQL for one read: the look-up of the key, by a role of its own, and the transaction. */
    private static List<PgBench.Script> statements(OwnDatabase database, Service service, String key) throws Exception {
        service.require(200, "GET", "/v1/settings", key, null);
        database.superuser("alter system set log_line_prefix = '@%u@%p@ '");
        log(database, "all");
        service.require(200, "GET", "/v1/settings", key, null);
        log(database, "none");
        List<Said> all = LINE.matcher(Files.readString(database.folder().resolve("postgresql.log")))
                .results()
                .map(line -> new Said(line.group(1), line.group(2), line.group(3)))
                .toList();
        List<Said> look =
                all.stream().filter(said -> said.role.equals("celune_authn")).toList();
        String reader = all.stream()
                .filter(said -> said.text.contains("from workspace w"))
                .findFirst()
                .orElseThrow()
                .connection;
        List<Said> read =
                all.stream().filter(said -> said.connection.equals(reader)).toList();
        // The driver sends begin together with what follows it.
        PgBench.Script transaction =
                script(read.subList(0, read.indexOf(new Said("celune_app", reader, "COMMIT")) + 1));
        return List.of(
                script(look),
                new PgBench.Script(
                        transaction.text().replaceFirst("(BEGIN;\n.*\n)", "\\\\startpipeline\n$1\\\\endpipeline\n"),
                        transaction.parameters()));
    }

    private static void log(OwnDatabase database, String statements) {
        database.superuser("alter system set log_statement = '" + statements + "'");
        database.superuser("select pg_reload_conf()");
        Service.await(
                "log_statement " + statements,
                () -> database.superuser("show log_statement").equals(statements));
    }

    private static PgBench.Script script(List<Said> lines) {
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

    /** A line of PostgreSQL's log: a statement, or the parameters of the one before. */
    private record Said(String role, String connection, String text) {}
}
