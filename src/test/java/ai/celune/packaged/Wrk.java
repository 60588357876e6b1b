package ai.celune.packaged;

import ai.celune.support.Machine;
import ai.celune.support.RealServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk on the last core: each connection sends its next request when the answer has come, which finds how much is possible at most. */
final class Wrk {
    private static final Pattern RESULT = Pattern.compile("RESULT (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");

    // A run ends in the middle of calls, and calls that follow abandoned ones may meet a connection that closes.
    static final double FAILING_AT_MOST = 0.02;

    private final String program = RealServers.program("wrk");
    private final int connections;
    private final int seconds;

    Wrk(int connections, int seconds) {
        this.connections = connections;
        this.seconds = seconds;
    }

    /**
     * What came of one run.
     *
     * @param p50 of the time to the whole answer, in milliseconds
     * @param p99 the same
     */
    record Result(long requests, double perSecond, double p50, double p99) {}

    /** A request that may be sent again and again. */
    record Request(String method, String url, Map<String, String> headers, String body) {
        private String lua() {
            StringBuilder lua = new StringBuilder("wrk.method = '%s'\nwrk.body = [[%s]]\n".formatted(method, body));
            headers.forEach((name, value) -> lua.append("wrk.headers['%s'] = '%s'\n".formatted(name, value)));
            return lua + """
                    done = function(summary, latency, requests)
                      local e = summary.errors
                      io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
                        latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
                    end
                    """;
        }
    }

    /** So many runs before anything is measured, in which a JVM compiles what it runs. */
    void warmUp(Request request, int runs) throws IOException, InterruptedException {
        for (int i = 0; i < runs; i++) {
            run(request);
        }
    }

    /** One run; more than a few answers that are no success fail it. */
    Result run(Request request) throws IOException, InterruptedException {
        Path script = Files.createTempFile("celune-wrk", ".lua");
        try {
            Files.writeString(script, request.lua());
            String said = Programs.output(Machine.onLastCore(List.of(
                    program,
                    "-t1",
                    "-c" + connections,
                    "-d" + seconds + "s",
                    "--latency",
                    "--timeout=30s",
                    "-s",
                    script.toString(),
                    request.url())));
            Matcher result = RESULT.matcher(said);
            if (!result.find()) {
                throw new AssertionError(request.url() + ": " + said);
            }
            long requests = Long.parseLong(result.group(1));
            if (Long.parseLong(result.group(5)) > requests * FAILING_AT_MOST) {
                throw new AssertionError(request.url() + ": " + said);
            }
            return new Result(
                    requests,
                    requests * 1e6 / Long.parseLong(result.group(2)),
                    Long.parseLong(result.group(3)) / 1e3,
                    Long.parseLong(result.group(4)) / 1e3);
        } finally {
            Files.delete(script);
        }
    }
}
