package ai.celune.packaged;

import ai.celune.support.Machine;
import ai.celune.support.RealServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's own load generator, with prepared statements as the service uses them. */
final class PgBench {
    private static final Pattern DONE = Pattern.compile("transactions actually processed: (\\d+)");
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private final String program = RealServers.program("pgbench");
    private final OwnDatabase database;
    private final int connections;
    private final int seconds;

    PgBench(OwnDatabase database, int connections, int seconds) {
        this.database = database;
        this.connections = connections;
        this.seconds = seconds;
    }

    /**
     * What is said again and again.
     *
     * @param text statements and meta commands; {@code :name} stands for a parameter
     * @param parameters none of them empty
     */
    record Script(String text, Map<String, String> parameters) {}

    /**
     * What one operation takes.
     *
     * @param server processor time of PostgreSQL in microseconds
     * @param client the same of who talks to it
     */
    record Cost(double perSecond, double server, double client) {
        double[] figures() {
            return new double[] {perSecond, server + client, server, client};
        }
    }

    Cost run(Script script, String role, String password) throws IOException, InterruptedException {
        Path file = Files.writeString(database.folder().resolve("pgbench.sql"), script.text);
        URI server = URI.create(database.server().jdbcUrl("celune").substring("jdbc:".length()));
        List<String> command = new ArrayList<>(List.of(
                "env",
                "PGPASSWORD=" + password,
                program,
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + connections,
                "--time=" + seconds,
                "--host=127.0.0.1",
                "--port=" + server.getPort(),
                "--username=" + role,
                "--file=" + file));
        script.parameters.forEach((name, value) -> command.add("--define=" + name + "=" + value));
        command.add("celune");
        double serverBefore = Machine.cpuMicros(database.server().pid());
        double clientBefore = Machine.cpuMicrosOfEndedChildren();
        String said = Programs.output(command);
        double done = number(DONE, said);
        return new Cost(
                number(RATE, said),
                (Machine.cpuMicros(database.server().pid()) - serverBefore) / done,
                (Machine.cpuMicrosOfEndedChildren() - clientBefore) / done);
    }

    private static double number(Pattern pattern, String said) {
        Matcher found = pattern.matcher(said);
        if (!found.find()) {
            throw new AssertionError(said);
        }
        return Double.parseDouble(found.group(1));
    }
}
