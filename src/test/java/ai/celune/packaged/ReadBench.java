package ai.celune.packaged;

import ai.celune.packaged.PgBench.Cost;
import ai.celune.packaged.Statements.Said;
import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.PostgresResource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Row 2 of the performance page: a read by API key through all four walls against pgbench with the same statements, which PostgreSQL's log tells. The
 * limiter is off, since it grants a key 60 reads a minute.
 */
class ReadBench {
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 4;
    private static final int RUNS_TO_WARM_UP = 15;

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

    /** What the service says for one read: the look-up of the key, by a role of its own, and the transaction. */
    private static List<PgBench.Script> statements(OwnDatabase database, Service service, String key) throws Exception {
        List<Said> all = Statements.of(database, () -> service.require(200, "GET", "/v1/settings", key, null));
        List<Said> look =
                all.stream().filter(said -> said.role().equals("celune_authn")).toList();
        String reader = all.stream()
                .filter(said -> said.text().contains("from workspace w"))
                .findFirst()
                .orElseThrow()
                .connection();
        List<Said> read =
                all.stream().filter(said -> said.connection().equals(reader)).toList();
        // The driver sends begin together with what follows it.
        PgBench.Script transaction =
                Statements.script(read.subList(0, read.indexOf(new Said("celune_app", reader, "COMMIT")) + 1));
        return List.of(
                Statements.script(look),
                new PgBench.Script(
                        transaction.text().replaceFirst("(BEGIN;\n.*\n)", "\\\\startpipeline\n$1\\\\endpipeline\n"),
                        transaction.parameters()));
    }
}
