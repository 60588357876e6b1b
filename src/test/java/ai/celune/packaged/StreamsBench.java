package ai.celune.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.celune.support.Comparison;
import ai.celune.support.Machine;
import ai.celune.support.PostgresResource;
import ai.celune.support.ServerCertificate;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The service's memory with many streams open through the broker, by TLS to the provider, each in the midst of its answer; all of them end well. */
class StreamsBench {
    private static final int AT_ONCE = 16;
    private static final int TO_WARM_UP = 500;

    private final List<OpenStream> open = new ArrayList<>();

    @Test
    void memory() throws Exception {
        ServerCertificate certificate = ServerCertificate.create("localhost");
        Path folder = Path.of("target", "streams-bench").toAbsolutePath();
        try (OwnDatabase database = OwnDatabase.asEmbedded(folder);
                StreamingProvider provider = StreamingProvider.start(new AtomicLong(), certificate);
                Service service = Service.on("streams-bench", database.properties(), provider.url())) {
            service.compiledFully()
                    .set("celune.egress.authorities", certificate.pem().toString())
                    .set("celune.broker.call.open-streams", "2000")
                    .set("celune.broker.call.connections", "2000")
                    .start();
            String owner = service.signUp(PostgresResource.BOOTSTRAP_CODE);
            JsonNode key = service.apiKey(owner, List.of("provider-keys:use"), service.providerKey(owner));
            for (int i = 0; i < TO_WARM_UP; i++) {
                String outcome = service.outcome(
                        "POST", "/v1/proxy/openai/v1/warm-up", key.get("key").asText(), "{}");
                assertEquals("200", outcome);
            }
            Comparison memory = new Comparison("Streams open at once", "RSS, MB", "KB for each stream");
            double idle = Machine.residentMegabytes(service.pid());
            for (int streams : List.of(0, 500, 1_000, 2_000)) {
                memory.arm(streams + " streams", () -> {
                    open(service, key, streams - open.size());
                    double now = Machine.residentMegabytes(service.pid());
                    return new double[] {now, (now - idle) * 1_000 / Math.max(1, streams)};
                });
            }
            memory.rounds(0, 1).run();
            provider.sendSecondHalf();
            assertEquals(2_000, open.size());
            for (OpenStream each : open) {
                assertEquals("ata: first\n\ndata: second\n\n", each.rest());
            }
        }
    }

    private void open(Service service, JsonNode key, int count) throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<OpenStream>> opened =
                    callers.invokeAll(Collections.nCopies(count, () -> OpenStream.through(service, key)));
            for (Future<OpenStream> each : opened) {
                open.add(each.get());
            }
        }
    }
}
