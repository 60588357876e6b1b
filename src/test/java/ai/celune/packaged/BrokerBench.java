package ai.celune.packaged;

import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.PostgresResource;
import ai.celune.support.ServerCertificate;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Row 4 of the performance page: a chat call to a provider by TLS through the broker, with an API key, the sealed provider key and the durable audit
 * event in each call; against the same call direct, through nginx, the Portkey gateway and litellm, which do none of these.
 */
class BrokerBench {
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 3;
    private static final int RUNS_TO_WARM_UP = 20;
    private static final int STREAMS_PER_ROUND = 100;

    private static final String PORTKEY = "Portkey gateway";
    private static final String CREDENTIAL = "sk-" + "bench-provider-key-0001";
    private static final String MODEL = "gpt-4o-mini";
    private static final String STREAM = ",\"stream\":true";
    private static final String QUESTION =
            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Say some words\"}]%s}";

    /** A way to the provider, by what a caller sends for a plain and for a streamed answer, and whose processes do the work. */
    private record Way(Wrk.Request plain, Wrk.Request stream, List<Long> pids) {
        private double cpuMicros() {
            return pids.stream().mapToDouble(Machine::cpuMicros).sum();
        }
    }

    @Test
    void call() throws Exception {
        Path folder = Path.of("target", "broker-bench").toAbsolutePath();
        ServerCertificate certificate = ServerCertificate.create("localhost");
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder.resolve("database"));
                Peers peers = new Peers(folder, certificate);
                StreamStandIn stream = new StreamStandIn(certificate)) {
            Peers.Server provider = peers.provider();
            String plainUrl = "https://localhost:" + provider.port();
            String streamUrl = "https://localhost:" + stream.port();
            try (Service service = Service.on("broker-bench", database.properties(), plainUrl)) {
                service.compiledFully()
                        .set("celune.broker.provider.anthropic.base-url", streamUrl)
                        .set("celune.egress.authorities", certificate.pem().toString())
                        .start();
                Map<String, Way> ways = new LinkedHashMap<>();
                ways.put(PORTKEY, portkey(peers.portkey(), plainUrl, streamUrl));
                ways.put("litellm", litellm(peers.litellm(plainUrl, streamUrl, CREDENTIAL)));
                ways.put("Celune", celune(service, database));
                ways.put("nginx", nginx(peers.nginx(provider.port(), stream.port(), CREDENTIAL)));
                ways.put("direct", direct(plainUrl, streamUrl));
                measure(ways, stream, database.describe());
            }
        }
    }

    private static void measure(Map<String, Way> ways, StreamStandIn stream, String database) throws Exception {
        Wrk wrk = new Wrk(CONNECTIONS, SECONDS);
        wrk.warmUp(Objects.requireNonNull(ways.get("Celune")).plain, RUNS_TO_WARM_UP);
        Comparison capacity = new Comparison(
                "A call, %d connections, each as fast as it can; %s".formatted(CONNECTIONS, database),
                "calls/s",
                "p50 ms",
                "p99 ms",
                "CPU µs per call");
        ways.forEach((name, way) -> capacity.arm(name, () -> {
            double before = way.cpuMicros();
            Wrk.Result result = wrk.run(way.plain);
            return new double[] {
                result.perSecond(), result.p50(), result.p99(), (way.cpuMicros() - before) / result.requests()
            };
        }));
        Map<String, double[]> medians = capacity.rounds(1, 7).run();

        int rate = (int) medians.values().stream()
                        .mapToDouble(each -> each[0])
                        .min()
                        .orElseThrow()
                / 2;
        Vegeta vegeta = new Vegeta(CONNECTIONS, SECONDS);
        Comparison latency = new Comparison(
                "A call, %d a second, which is half of what the slowest can".formatted(rate), "p50 ms", "p99 ms");
        ways.forEach((name, way) -> latency.arm(name, () -> vegeta.run(way.plain, rate)));
        latency.rounds(1, 7).run();

        // Its release 1.15.2 answers 500 to streamed calls, with the versions of its libraries that npm picks.
        ways.remove(PORTKEY);
        Comparison streams = new Comparison(
                "A streamed call, one at a time",
                "first event p50 ms",
                "first event p99 ms",
                "from event to event p50 ms");
        ways.entrySet().stream()
                .toList()
                .reversed()
                .forEach(way -> streams.arm(way.getKey(), () -> streamed(way.getValue().stream, stream)));
        streams.rounds(2, 7).run();
    }

    private static double[] streamed(Wrk.Request request, StreamStandIn stream) throws Exception {
        double[] first = new double[STREAMS_PER_ROUND];
        double[] next = new double[STREAMS_PER_ROUND];
        for (int i = 0; i < first.length; i++) {
            double[] each = stream.events(URI.create(request.url()), request.headers(), request.body());
            first[i] = each[0];
            next[i] = each[1];
        }
        Arrays.sort(first);
        Arrays.sort(next);
        return new double[] {first[first.length / 2], first[first.length * 99 / 100], next[next.length / 2]};
    }

    private static Way celune(Service service, OwnDatabase database) throws Exception {
        String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
        String plain = key(service, owner, "openai");
        String stream = key(service, owner, "anthropic");
        JsonNode agent = service.apiKey(owner, List.of("provider-keys:use"), plain, stream);
        String proxy = service.url() + "/v1/proxy/";
        Map<String, String> headers = headers(agent.get("key").asText());
        return new Way(
                plain(proxy + "openai/v1/chat/completions", headers),
                stream(proxy + "anthropic/v1/messages", headers),
                List.of(service.pid(), database.server().pid()));
    }

    private static String key(Service service, String owner, String provider) throws Exception {
        String body = "{\"provider\":\"%s\",\"name\":\"bench\",\"key\":\"%s\"}".formatted(provider, CREDENTIAL);
        return service.require(201, "POST", "/v1/provider-keys", owner, body)
                .get("id")
                .asText();
    }

    private static Way portkey(Peers.Server portkey, String plainUrl, String streamUrl) {
        String url = "http://127.0.0.1:" + portkey.port() + "/v1/chat/completions";
        return new Way(
                plain(url, portkeyHeaders(plainUrl)), stream(url, portkeyHeaders(streamUrl)), List.of(portkey.pid()));
    }

    private static Map<String, String> portkeyHeaders(String provider) {
        Map<String, String> headers = headers(CREDENTIAL);
        headers.put("x-portkey-provider", "openai");
        headers.put("x-portkey-custom-host", provider + "/v1");
        return headers;
    }

    private static Way nginx(Peers.Server nginx) {
        String url = "http://127.0.0.1:" + nginx.port();
        Map<String, String> headers = headers("none");
        return new Way(
                plain(url + "/plain/v1/chat/completions", headers),
                stream(url + "/stream/v1/chat/completions", headers),
                List.of(nginx.pid()));
    }

    private static Way direct(String plainUrl, String streamUrl) {
        Map<String, String> headers = headers(CREDENTIAL);
        return new Way(
                plain(plainUrl + "/v1/chat/completions", headers),
                stream(streamUrl + "/v1/chat/completions", headers),
                List.of());
    }

    private static Map<String, String> headers(String credential) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Bearer " + credential);
        headers.put("Content-Type", "application/json");
        return headers;
    }

    private static Way litellm(Peers.Server litellm) {
        String url = "http://127.0.0.1:" + litellm.port() + "/v1/chat/completions";
        Map<String, String> headers = headers("none");
        return new Way(
                new Wrk.Request("POST", url, headers, QUESTION.formatted("plain", "")),
                new Wrk.Request("POST", url, headers, QUESTION.formatted("stream", STREAM)),
                List.of(litellm.pid()));
    }

    private static Wrk.Request plain(String url, Map<String, String> headers) {
        return new Wrk.Request("POST", url, headers, QUESTION.formatted(MODEL, ""));
    }

    private static Wrk.Request stream(String url, Map<String, String> headers) {
        return new Wrk.Request("POST", url, headers, QUESTION.formatted(MODEL, STREAM));
    }
}
