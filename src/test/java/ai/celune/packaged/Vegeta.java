package ai.celune.packaged;

import ai.celune.support.Machine;
import ai.celune.support.RealServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The load generator vegeta on the last core: so many requests a second whatever the answers do, so that waiting counts. */
final class Vegeta {
    private static final JsonMapper JSON = new JsonMapper();

    private final String program = RealServers.program("vegeta");
    private final int connections;
    private final int seconds;

    Vegeta(int connections, int seconds) {
        this.connections = connections;
        this.seconds = seconds;
    }

    /** Median and 99th percentile of the time to the whole answer, in milliseconds; more than a few answers that are no success fail it. */
    double[] run(Wrk.Request request, int perSecond) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("celune-vegeta");
        Path targets = folder.resolve("target.json");
        Path results = folder.resolve("results");
        try {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
            Map<String, Object> target = Map.of(
                    "method",
                    request.method(),
                    "url",
                    request.url(),
                    "header",
                    headers,
                    "body",
                    Base64.getEncoder().encodeToString(request.body().getBytes(StandardCharsets.UTF_8)));
            // A target is a line, and a line has an end.
            Files.writeString(targets, JSON.writeValueAsString(target) + "\n");
            Programs.output(Machine.onLastCore(List.of(
                    program,
                    "attack",
                    "-format=json",
                    "-insecure",
                    "-http2=false",
                    "-targets=" + targets,
                    "-output=" + results,
                    "-rate=" + perSecond,
                    "-duration=" + seconds + "s",
                    "-connections=" + connections,
                    "-max-connections=" + connections)));
            JsonNode report =
                    JSON.readTree(Programs.output(List.of(program, "report", "-type=json", results.toString())));
            if (report.path("success").asDouble() < 1 - Wrk.FAILING_AT_MOST) {
                throw new AssertionError(request.url() + ": " + report);
            }
            JsonNode times = report.path("latencies");
            return new double[] {
                times.path("50th").asDouble() / 1e6, times.path("99th").asDouble() / 1e6
            };
        } finally {
            Files.deleteIfExists(targets);
            Files.deleteIfExists(results);
            Files.delete(folder);
        }
    }
}
